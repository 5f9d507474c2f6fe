"""Tables as people have them: what came of each, and what is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from written import CASES

from chainrule.data import DataSet, load, read_features
from chainrule.errors import FileError

SIZES = ("size", "width")
PLAIN = {"features": SIZES, "target": "kind", "classes": ("big", "small"), "rows": 40, "said": ""}

READ: dict[str, dict[str, Any]] = {
    "blank_last_row.csv": {**PLAIN, "rows": 40},
    "bool_features.csv": {
        "features": ("size", "colour_blue", "colour_red"), "target": "sold", "classes": ("big", "small"), "rows": 40,
    },
    "bool_target.csv": {"features": ("a", "b"), "target": "y", "classes": ("False", "True"), "rows": 5},
    "clock.csv": {"features": ("time",), "target": "kind", "classes": ("early", "late"), "rows": 200},
    "comma.data": PLAIN,
    "comma.txt": PLAIN,
    "comma_in_semicolon_header.csv": {
        "features": ("size (cm, outer)",), "target": "width", "classes": None, "rows": 40, "said": "semicolons",
    },
    "decimal_comma.csv": {**PLAIN, "said": "semicolons, decimal comma"},
    "decimal_comma_target.csv": {
        "features": SIZES, "target": "price", "classes": None, "rows": 40, "said": "semicolons, decimal comma",
    },
    "empty_lines.csv": {"features": ("a", "b"), "target": "y", "classes": ("x", "z"), "rows": 5},
    "headerless_numbers.csv": {
        "features": ("c1", "c2"), "target": "c3", "classes": ("0", "1"), "rows": 4,
        "said": "no header (columns c1 … c3)",
    },
    "headerless_text_target.csv": {
        "features": ("c1", "c2"), "target": "c3", "classes": ("blue", "red"), "rows": 10,
        "said": "no header (columns c1 … c3)",
    },
    "huge_class_ids.csv": {
        "features": ("u", "v"), "target": "kind", "classes": ("9007199254740992", "9007199254740993"), "rows": 40,
    },
    "imbalanced.csv": {"features": ("u", "v"), "target": "fraud", "classes": ("no", "yes"), "rows": 1000},
    "latin1.csv": {**PLAIN, "features": ("größe", "width"), "said": "Latin-1"},
    "one_class.csv": {**PLAIN, "classes": ("same",)},
    "prices.csv": {"features": ("area", "rooms"), "target": "price", "classes": None, "rows": 400},
    "quoted.csv": {
        "features": ("a", "b"), "target": "y", "classes": ('a "quoted" name', "two\nlines"), "rows": 5,
    },
    "quoted_newline_header.csv": {**PLAIN, "features": ("size\n(cm)", "width, inner")},
    "sep_line.csv": {**PLAIN, "said": "semicolons"},
    "spaces_last_row.csv": PLAIN,
    "target_with_spaces.csv": {"features": SIZES, "target": "House Price", "classes": None, "rows": 40},
    "thousands_feature.csv": {"features": ("area", "rooms"), "target": "kind", "classes": ("big", "small"), "rows": 40},
    "thousands_target.csv": {"features": ("area", "rooms"), "target": "price", "classes": None, "rows": 40},
    "tiny2.csv": {"features": ("u", "v"), "target": "y", "classes": None, "rows": 2},
    "trailing_comma_all.csv": PLAIN,
    "utf8_bom_crlf.csv": PLAIN,
    "yes_no_feature.csv": {"features": ("size", "smoker"), "target": "sold", "classes": ("big", "small"), "rows": 40},
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::chainrule.errors.ColumnWarning")
@pytest.mark.parametrize("name", READ)
def test_tables_that_are_read(name: str) -> None:
    right = READ[name]
    data = load(CASES / name)
    assert data.report is not None
    assert (data.features, data.target, data.classes) == (
        right["features"],
        right["target"],
        right["classes"],
    )
    assert (len(data.train[1]), data.report.said) == (right["rows"], right.get("said", ""))
    assert read_features(CASES / name, data.features).tolist() == data.train[0].tolist()


FIRST: dict[str, list[float]] = {
    "bool_features.csv": [2.07, 0, 1],
    "decimal_comma.csv": [2.07, 7.78],
    "decimal_comma_target.csv": [20, 77],
    "thousands_feature.csv": [2070, 7],
    "thousands_target.csv": [20, 7],
    "yes_no_feature.csv": [2.07, 1],
    "headerless_text_target.csv": [5.0, 3.4],
}
TARGETS = {"decimal_comma_target.csv": 13.99, "thousands_target.csv": 2848, "prices.csv": 498182}


def test_their_first_rows() -> None:
    for name, row in FIRST.items():
        assert load(CASES / name).train[0][0].tolist() == row, name
    for name, value in TARGETS.items():
        assert load(CASES / name).train[1][0] == value, name


REFUSED = {
    "category_feature.csv": ", line 2, column 'colour': 'blue' is text, and a network takes numbers. Turn the "
    "column into "
    "numbers, leave the column out with ignore=['colour'], or predict it with target='colour'.",
    "date_target.csv": ", column 'when': 28 different dates in 40 rows, such as '2024-01-01'. To take each for a "
    "class, say "
    "kind='classification'; else name another target.",
    "missing_empty.csv": ", line 5, column 'width': the value is missing. Fill it in, leave the row out, or leave "
    "the column "
    "out with ignore=['width'].",
    "missing_question.csv": ", line 5, column 'width': the value is missing ('?'). Fill it in, leave the row out, "
    "or leave "
    "the column out with ignore=['width'].",
    "na_in_text_target.csv": ", line 5, column 'kind': the value is missing ('NA'). Fill it in, leave the row out, "
    "or take "
    "it for a class of its own with kind='classification'.",
    "text_note_column.csv": ", line 2, column 'note': 'row 0, seen' is text, and a network takes numbers. Turn the "
    "column "
    "into numbers, leave the column out with ignore=['note'], or predict it with target='note'.",
    "trailing_comma_header.csv": ", line 2, column 'kind': 'small' is text, and a network takes numbers. Turn the "
    "column "
    "into numbers, leave the column out with ignore=['kind'], or predict it with target='kind'.",
    "twice_named.csv": ", line 1: more than one column is called size. Rename them.",
}


@pytest.mark.parametrize("name", REFUSED)
def test_tables_that_ask(name: str) -> None:
    with pytest.raises(FileError) as caught:
        load(CASES / name)
    assert str(caught.value) == f"{CASES / name}{REFUSED[name]}"


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("category_feature.csv", {"ignore": ["colour"]}),
        ("date_target.csv", {"target": "area", "ignore": ["when"]}),
        ("date_target.csv", {"kind": "classification"}),
        ("missing_empty.csv", {"features": ["size"]}),
        ("na_in_text_target.csv", {"kind": "classification"}),
        ("text_note_column.csv", {"ignore": ["note"]}),
        ("trailing_comma_header.csv", {"target": "kind", "ignore": ["id"]}),
    ],
)
def test_their_answers_do(name: str, answer: dict[str, Any]) -> None:
    assert isinstance(load(CASES / name, **answer), DataSet)


ARRAYS: dict[str, tuple[Any, ...]] = {
    "npz/bare.npy": (("c1", "c2"), "c3", None, 40),
    "npz/bool_y.npz": (("x0", "x1", "x2"), "y", ("False", "True"), 40),
    "npz/float16.npz": (("x0", "x1", "x2"), "y", ("0", "1"), 40),
    "npz/images_labels.npz": (("x0", "x1", "x2"), "y", ("0", "1"), 40),
    "npz/positional.npz": (("x0", "x1", "x2"), "y", ("0", "1"), 40),
    "npz/train_test_names.npz": (("x0", "x1", "x2"), "y", ("0", "1"), 40),
    "npz/two_outputs.npz": (("x0", "x1", "x2"), "y", None, 40),
    "npz/y_column.npz": (("x0", "x1", "x2"), "y", ("0", "1"), 40),
    "npz/y_onehot.npz": (("x0", "x1", "x2"), "y", ("0", "1"), 40),
    "npz/emnist": (tuple(f"pixel_{i}_{j}" for i in range(4) for j in range(4)), "label", tuple("12345"), 30),
    "npz/plain": (tuple(f"pixel_{i}_{j}" for i in range(4) for j in range(4)), "label", tuple("12345"), 30),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_as_they_are_found(name: str) -> None:
    data = load(CASES / name)
    assert (data.features, data.target, data.classes, len(data.train[1])) == ARRAYS[name]


@pytest.mark.parametrize("name", ["object_X.npz", "object_labels.npz"])
def test_objects_are_not_unpickled(name: str) -> None:
    path = Path(CASES, "npz", name)
    with pytest.raises(FileError) as caught:
        load(path)
    assert str(caught.value) == (
        f"{path} is not an NPZ file of plain arrays, or is damaged (it holds Python objects, which are not read: "
        "reading them can run code). Write it with np.savez, from arrays of numbers or text."
    )
