"""What separates values, and what marks decimals: found out, said, asked for, or told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from written import read, said

from chainrule.data import read_features, read_table
from chainrule.errors import InputError

TABLE = "x,y,k\n" + "".join(f"{i}.25,{i * 3 % 5},{'ab'[i % 2]}\n" for i in range(8))
X = [[i + 0.25, i * 3 % 5] for i in range(8)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.csv"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TABLE, ""),
        (TABLE.replace(",", ";"), "semicolons"),
        (TABLE.replace(",", "\t"), "tabs"),
        (TABLE.replace(",", "|"), "bars"),
        (TABLE.replace(",", "   "), "runs of blanks"),
        (TABLE.replace(",", " \t "), "tabs"),
        ("  " + TABLE.replace(",", " ").replace("\n", "\n  "), "runs of blanks"),
        (TABLE.replace(",", ", "), ""),
        (TABLE.replace(",", ";").replace(".", ","), "semicolons, decimal comma"),
        (TABLE.replace(",", "\t").replace(".", ","), "tabs, decimal comma"),
        (TABLE.replace(",", " ").replace(".", ","), "runs of blanks, decimal comma"),
        ("sep=;\n" + TABLE.replace(",", ";"), "semicolons"),
        ('"sep=,"\r\n' + TABLE, ""),
        ("sep=:\n" + TABLE.replace(",", ":"), "separated by ':'"),
        (TABLE.replace("\n", "\r\n"), ""),
        (TABLE.replace("\n", "\r"), ""),
        ("\n\n" + TABLE.replace("\n", "\n\n"), ""),
        (TABLE + ",,\n , , \n   \n", ""),
        (TABLE.replace("\n", ",\n"), ""),
        (TABLE.replace("\n", ",\n", 1), ""),
        (TABLE.replace("x,y,k\n", "x,y,k;\n").replace("\n", ",\n").replace("k;,", "k"), ""),
        ("# made on Monday, it's ours\n#\n" + TABLE + "# the end\n", "2 comment lines skipped"),
        (TABLE.replace("\n2.25", "\n# half time\n2.25"), ""),
        ("# " + TABLE, "the header in a comment"),
        ("#" + TABLE.replace(",", "\t"), "tabs, the header in a comment"),
        ("'" + TABLE.replace(",", "','").replace("\n", "'\n'")[:-1], ""),
        (",x,y,k\n" + "".join(f"{i},{row}\n" for i, row in enumerate(TABLE.split()[1:])),
         "the unnamed first column left out (row names)"),
        ("Unnamed: 0,x,y,k\n" + "".join(f"{i},{row}\n" for i, row in enumerate(TABLE.split()[1:])),
         "the unnamed first column left out (row names)"),
        ('"x" "y" "k"\n' + "".join(f'"n{i}" {row}\n' for i, row in enumerate(TABLE.replace(",", " ").splitlines()[1:])),
         "runs of blanks, the unnamed first column left out (row names)"),
    ],
)  # fmt: skip
def test_layouts_that_are_beyond_doubt(path: Path, text: str, told: str) -> None:
    data = read(path, text)
    assert data.report is not None
    assert data.report.said == told
    assert (data.features, data.target, data.classes) == (("x", "y"), "k", ("a", "b"))
    assert data.train[0].tolist() == X
    assert read_features(path, ["y", "x"]).tolist() == [row[::-1] for row in X]


def test_marks_within_values_separate_nothing(path: Path) -> None:
    data = read(path, "size (cm, outer);width;kind\n1.5;2;a\n2.5;1;b\n")
    assert data.features == ("size (cm, outer)", "width")
    data = read(path, "x,tags\n1.5,a;b\n2.5,a;b\n3.5,c;d\n")
    assert data.classes == ("a;b", "c;d")
    data = read(path, 'x,y,name\n1,2,"Smith, J."\n3,4,"Doe, A."\n5,6,"Doe, A."\n')
    assert data.classes == ("Doe, A.", "Smith, J.")
    data = read(path, "x,y,name\n1,2,'Smith, J.'\n3,4,'Doe, A.'\n5,6,'Doe, A.'\n")
    assert data.classes == ("Doe, A.", "Smith, J.")
    data = read(path, "x,y,name\n1,2,don't\n3,4,o'clock\n5,6,don't\n")
    assert data.classes == ("don't", "o'clock")


def test_blanks_between_names_of_cars(path: Path) -> None:
    """As the table of cars that many courses begin with: blanks, then a tab and a name in quotes."""
    data = read(
        path,
        '18.0   8   307.0\t"chevrolet malibu"\n15.0   8   350.0\t"buick skylark"\n16.0   4   304.5\t"x"\n',
    )
    assert data.train[0].tolist() == [[18, 8, 307], [15, 8, 350], [16, 4, 304.5]]
    assert data.classes == ("buick skylark", "chevrolet malibu", "x")


def test_colours_are_no_comments(path: Path) -> None:
    data = read(path, "colour,x,k\n#ff0000,1.5,a\n#00ff00,2.5,b\n", ignore=["colour"])
    assert data.train[0].tolist() == [[1.5], [2.5]]
    data = read(path, "#ff0000,1.5,7,a\n#00ff00,2.5,7,b\n", ignore=["c1"])
    assert data.train[0].tolist() == [[1.5, 7], [2.5, 7]]


@pytest.mark.parametrize(
    ("text", "settings", "told"),
    [
        (TABLE.replace(",", ":"), {"delimiter": ":"}, "separated by ':'"),
        (TABLE.replace(",", ";"), {"delimiter": "semicolon"}, "semicolons"),
        (TABLE.replace(",", "\t"), {"delimiter": "\\t"}, "tabs"),
        (TABLE.replace(",", "  "), {"delimiter": " "}, "runs of blanks"),
        (TABLE.replace(",", ";").replace(".", ","), {"decimal": ","}, "semicolons, decimal comma"),
    ],
)
def test_layouts_that_are_told(path: Path, text: str, settings: dict[str, Any], told: str) -> None:
    data = read(path, text, **settings)
    assert data.report is not None
    assert data.report.said == told
    assert data.train[0].tolist() == X
    assert read_features(path, ["y"], **settings).tolist() == [row[1:] for row in X]


def test_a_delimiter_that_is_in_doubt(path: Path) -> None:
    assert said(path, "red,big;round\nblue,big;flat\nred,small;flat\n") == (
        ": commas or semicolons could separate its values. Say which do, with delimiter=',' or delimiter=';'."
    )


PRICES = "a;price\n" + "".join(f"{i}.5;{i + 1},{i * 37 % 900 + 100}\n" for i in range(12))


def test_a_decimal_mark_that_is_in_doubt(path: Path) -> None:
    text = PRICES.replace(".5", "")
    asked = (
        ", line 2, column 'price': '1,100' could be 1100 or 1.1. Say which mark stands before decimals, with "
        "decimal='.' or decimal=','."
    )
    assert said(path, text) == asked
    assert said(path, text, target="a") == asked
    assert read(path, text, decimal=",").train[1].tolist() == [
        float(f"{i + 1}.{i * 37 + 100}") for i in range(12)
    ]
    assert read(path, text, decimal=".").train[1].tolist() == [
        (i + 1) * 1000 + i * 37 + 100 for i in range(12)
    ]


def test_other_columns_tell_the_decimal_mark(path: Path) -> None:
    assert read(path, PRICES).train[1].tolist() == [(i + 1) * 1000 + i * 37 + 100 for i in range(12)]
    data = read(path, PRICES.translate(str.maketrans(".,", ",.")))
    assert data.report is not None
    assert data.report.said == "semicolons, decimal comma"
    assert data.train[1].tolist() == [(i + 1) * 1000 + i * 37 + 100 for i in range(12)]
    # where commas separate, decimals have points
    data = read(path, "a,price\n" + "".join(f'{i},"{i + 1},{i * 37 + 100}"\n' for i in range(12)))
    assert data.train[1].tolist() == [(i + 1) * 1000 + i * 37 + 100 for i in range(12)]


def test_columns_with_points_and_columns_with_commas(path: Path) -> None:
    data = read(path, "a;b;c\n1.5;2,5;1.234\n2.25;3,25;2.345\n", target="a", ignore=["c"])
    assert (data.train[0].tolist(), data.train[1].tolist()) == ([[2.5], [3.25]], [1.5, 2.25])
    assert data.report is not None
    assert data.report.said == "semicolons, decimal points and commas"
    assert said(path, "a;b;c\n1.5;2,5;1.234\n2.25;3,25;2.345\n") == (
        ", line 2, column 'c': '1.234' could be 1.234 or 1234. Say which mark stands before decimals, with decimal='.' "
        "or decimal=','."
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"delimiter": "::"}, "delimiter = '::' separates no values: give one character, such as ',' or ';', or tab or "
         "blanks."),
        ({"delimiter": "5"}, "delimiter = '5' separates no values: give one character, such as ',' or ';', or tab or "
         "blanks."),
        ({"decimal": "'"}, 'decimal = "\'" is no decimal mark: give \'.\' or \',\'.'),
        ({"decimal": ",", "delimiter": ","}, "delimiter and decimal are both ',': they must differ."),
    ],
)  # fmt: skip
def test_layouts_that_there_are_none_of(path: Path, settings: dict[str, Any], message: str) -> None:
    path.write_text(TABLE)
    with pytest.raises(InputError) as caught:
        read_table(path, **settings)
    assert str(caught.value) == message


def test_a_mark_that_a_decimal_can_not_be(path: Path) -> None:
    text = TABLE.replace(",", ";")
    assert said(path, text.replace("\n2.25", "\n2,25"), decimal=".") == (
        ", line 4, column 'x': '2,25' is written unlike '0.25'. Write all numbers of a column with the same unit "
        "and the same "
        "decimal mark."
    )
    assert said(path, text.replace(".", ","), decimal=".") == (
        ", line 2, column 'x': '0,25' is a number with decimal=',' alone. Say that, or leave the decimal mark to "
        "be found out."
    )
