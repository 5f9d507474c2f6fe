"""Tables of text, row by row."""

from __future__ import annotations

import csv
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import read, said

from chainrule.data import DataSet, load, read_features, read_table
from chainrule.data.tables import gathering
from chainrule.errors import FileError
from thorough import THOROUGH


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.csv"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y\n1,2\n\n3\n", ", line 4: there are 1 values, and the header names 2 columns."),
        ("x,y\n1,2,3\n", ", line 2: there are 3 values, and the header names 2 columns."),
        ("1,2.5\n3,4.5\n5\n", ", line 3: there are 1 values, and the rows before have 2."),
        (
            'x,y\n"1,2\n3,4\n',
            ", line 3: not a line of CSV (unexpected end of data). Look for a quotation mark that is not closed.",
        ),
        ('x,y\n1,2\n3,"' + "a" * 140_000 + '"\n', ", line 3: a value has more than 131,072 characters."),
    ],
)
def test_rows_that_are_wrong(path: Path, text: str, message: str) -> None:
    assert said(path, text) == message


def test_the_line_is_that_of_the_file(path: Path) -> None:
    message = ": the value is missing ('?'). Fill it in, leave the row out, or leave the column out with ignore=['x']."
    assert said(path, "# a\n\n# b\nx,y\n1,2\n\n3,4\n# c\n?,5\n") == f", line 9, column 'x'{message}"
    assert (
        said(path, 'x,y\n1,"two\nlines"\n3,"two\nlines"\n?,"two\nlines"\n')
        == f", line 7, column 'x'{message}"
    )


def test_no_such_table(path: Path) -> None:
    with pytest.raises(FileError) as caught:
        load(path)
    assert str(caught.value) == f"{path} can't be read: No such file or directory."


def test_what_comes_late_is_seen(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers are turned into such block by block, and a later block may hold something else."""
    monkeypatch.setattr(gathering, "ROWS", 4)
    rows = [f"{i}.5,{i % 3}" for i in range(10)]
    text = "x,y\n" + "\n".join(rows)
    assert read(path, text).train[0][:, 0].tolist() == [i + 0.5 for i in range(10)]
    data = read(path, text + '\n"2,000",1')
    assert data.train[0][:, 0].tolist() == [*(i + 0.5 for i in range(10)), 2000]
    assert data.report is not None
    assert data.report.columns[0].values == "0.5 … 2000, '2,000' is 2000"
    assert said(path, text + "\nred,1") == (
        ", line 12, column 'x': 'red' is text, and a network takes numbers. Turn the column into numbers, leave "
        "the column "
        "out with ignore=['x'], or predict it with target='x'."
    )
    assert said(path, text + "\n,1").startswith(", line 12, column 'x': the value is missing.")
    data = read(path, "x,y\n" + "1,2\n" * 9 + "yes,2\n", target="x", kind="classification")
    assert (data.classes, data.train[1].tolist()) == (("1", "yes"), [0] * 9 + [1])


def read_or_refusal(path: Path) -> DataSet | str:
    try:
        return read_table(path)
    except FileError as error:
        return str(error)


@given(
    content=st.binary(max_size=60)
    | st.text("\"\n\r,;\tx1.-_ \ufeffnaif#'$%|", max_size=60).map(str.encode)
    | st.text("1,.\n;", max_size=40).map(lambda text: text.encode("utf-16"))
)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "some.csv")
        path.write_bytes(content)
        outcome = read_or_refusal(path)
    if isinstance(outcome, str):
        assert outcome.startswith(str(path))
    else:
        X, y = outcome.train
        assert len(X) == len(y) > 0
        assert np.isfinite(X).all()


# --- what is written in any layout is read --------------------------------------------------------------------


def written(number: float, decimal: str, grouped: bool) -> str:
    text = f"{number:,}" if grouped else repr(number)
    return text if decimal == "." else text.translate(str.maketrans(".,", ",."))


LAYOUTS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from([",", ";", "\t", "|"]),
        "decimal": st.sampled_from([".", ","]),
        "grouped": st.booleans(),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
        "newline": st.sampled_from(["\n", "\r\n"]),
        "header": st.booleans(),
        "trailing": st.booleans(),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        "comment": st.booleans(),
        "empty": st.booleans(),
    }
)


@given(data=st.data(), layout=LAYOUTS)
def test_round_trip_in_any_layout(data: st.DataObject, layout: dict[str, Any]) -> None:
    """A table with decimals in each column, so that nothing is in doubt, is read as it was written."""
    width = data.draw(st.integers(2, 5))
    number = st.integers(-(10**9), 10**9).map(lambda n: n + 0.25)
    rows = data.draw(st.lists(st.lists(number, min_size=width, max_size=width), min_size=2, max_size=8))
    names = [f"größe {j}" for j in range(width)]
    cells = [[written(n, layout["decimal"], layout["grouped"]) for n in row] for row in rows]
    lines = [names, *cells] if layout["header"] else cells
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "some.csv")
        with path.open("w", encoding=layout["encoding"], newline="") as file:
            comment = "# more words than there are columns"  # as many could be their names
            file.write(comment + layout["newline"] if layout["comment"] else "")
            writer = csv.writer(
                file,
                delimiter=layout["delimiter"],
                lineterminator=layout["newline"],
                quoting=layout["quoting"],
            )
            writer.writerows([*line, ""] if layout["trailing"] else line for line in lines)
            file.write(layout["newline"] if layout["empty"] else "")
        read = read_table(path)
        again = read_features(path, read.features)
    assert np.column_stack([*read.train]).tolist() == rows
    assert (*read.features, read.target) == tuple(
        names if layout["header"] else [f"c{j + 1}" for j in range(width)]
    )
    assert again.tolist() == read.train[0].tolist()


names = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(
        lambda name: name == name.strip() and not name.startswith("\ufeff")
    ),
    min_size=2,
    max_size=5,
    unique=True,
).map(lambda header: [f"{name}x" for name in header])


@given(data=st.data(), header=names)
def test_round_trip_of_any_text(data: st.DataObject, header: list[str]) -> None:
    numbers = st.floats(allow_nan=False, allow_infinity=False)
    width = len(header) - 1
    rows = data.draw(st.lists(st.lists(numbers, min_size=width, max_size=width), min_size=1, max_size=5))
    labels = data.draw(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).map(
                lambda text: "c" + text.strip()
            ),
            min_size=len(rows),
            max_size=len(rows),
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "some.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_ALL)
            writer.writerow(header)
            writer.writerows([*row, label] for row, label in zip(rows, labels, strict=True))
        settings: dict[str, Any] = {"delimiter": "tab", "header": True, "encoding": "utf-8", "decimal": "."}
        read = read_table(path, **settings)
        assert np.array_equal(read_features(path, header[:-1], **settings), read.train[0])
    assert (read.features, read.target) == (tuple(header[:-1]), header[-1])
    assert read.train[0].tolist() == rows
    assert read.classes == tuple(sorted(set(labels)))
    assert [read.classes[code] for code in read.train[1]] == labels


# --- room and time ------------------------------------------------------------------------------------------------


def test_a_large_table_takes_seconds(path: Path) -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100_000 if THOROUGH else 20_000, 20))
    with path.open("w") as file:
        file.write(",".join(f"c{j}" for j in range(20)) + "\n")
        file.writelines(",".join(map(repr, row)) + "\n" for row in X.tolist())
    start = time.process_time()
    data = read_table(path)
    taken = time.process_time() - start
    start = time.process_time()
    with path.open() as file:
        plainly = [[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]
    print(taken, time.process_time() - start)
    assert taken < 12 * (time.process_time() - start)
    assert np.array_equal(data.train[0], np.array(plainly)[:, :-1])
    assert np.array_equal(data.train[0], X[:, :-1])
    assert np.array_equal(data.train[1], X[:, -1])


def room(path: Path) -> tuple[DataSet, int]:
    """A table, and the bytes that reading it took at most."""
    tracemalloc.start()
    try:
        return read_table(path, kind="classification"), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_one_long_label_takes_its_own_room(path: Path) -> None:
    path.write_text("x,y\n" + "1.5,a\n" * 20_000 + f"1.5,{'b' * 120_000}\n")
    data, most = room(path)
    assert data.classes == ("a", "b" * 120_000)
    assert most < 40e6  # 120,000 letters for each of the rows would be 10 GB


def test_numbers_take_the_room_of_numbers(path: Path) -> None:
    rows = 50_000
    path.write_text("x,y,z,k\n" + "".join(f"{i / 7!r},{i / 3!r},{i / 11!r},{i % 2}\n" for i in range(rows)))
    _, most = room(path)
    assert (
        most < rows * 8 * 3 * 2 + rows * 8 * 6 + 20e6
    )  # columns and samples; what the target is; some rows as text


def test_many_columns(path: Path) -> None:
    width = 5000
    path.write_text("".join(",".join(f"{i + j}.5" for j in range(width)) + "\n" for i in range(3)))
    data, most = room(path)
    assert data.train[0].shape == (3, width - 1)
    assert most < 60e6
