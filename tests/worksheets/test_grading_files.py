"""Files of answers as spreadsheets, forms and pages write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.errors import KindError
from chainrule.worksheets.grading import Grades

RIGHT = {"dz1[0, 0]": "0", "dz1[0, 1]": "1.37", "dz1[0, 2]": "0.857"}


def graded(path: Path) -> Grades:
    net = cr.worked_example()
    return net.trace(net.x, net.y).exercise("dz1").grade(path)


def test_a_path_that_is_none() -> None:
    class Broken:
        def __fspath__(self) -> str:
            raise RuntimeError("nothing to be had")

        def __repr__(self) -> str:
            return "Broken()"

    with pytest.raises(KindError) as caught:
        graded(Broken())  # type: ignore[arg-type]
    assert str(caught.value) == "Broken() is no path: give a file's name, such as 'model.safetensors'."


@pytest.mark.parametrize(
    "text",
    [
        'name,"dz1[0, 0]","dz1[0, 1]","dz1[0, 2]"\nAda,0,1.37,0.857\nBen,0,"1,37",\n',
        "name,dz1[0, 0],dz1[0, 1],dz1[0, 2]\nAda,0,1.37,0.857\nBen,0,1.37,\n",
        "Timestamp;Full name;Question 1: dz1[0,0];dz1_0_1;DZ1 [0, 2]\n1;Ada;0;1,37;0,857\n2;Ben;0,0;1,370;\n",
        "Learner\tdz1_0_0\tdz1_0_1\tdz1_0_2\nAda\t0\t1.37\t0.857\n\t\t\t\nBen\t0\t1.3711\t-\n",
        "\ufeffname;dz1_0_0;dz1_0_1;dz1_0_2\r\nAda;0;1,37;0,857\r\nBen;0;1,37;\r\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_tables(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "class.csv"
    path.write_bytes(text.encode(encoding))
    assert [(grade.learner, grade.points) for grade in graded(path)] == [("Ada", 3), ("Ben", 2)]


def test_json_of_one_and_of_many(tmp_path: Path) -> None:
    for number, (document, names) in enumerate([
        (RIGHT, ["answers0"]),
        ({"dz1": [[0, 1.37, 0.857]]}, ["answers1"]),
        ({"name": "Ada", "answers": RIGHT}, ["Ada"]),
        ([{"name": "Ada", **RIGHT}, {"name": "Ben", **RIGHT}], ["Ada", "Ben"]),
        ({"Ada": RIGHT, "Ben": {"dz1": [None, "1.37", 0.857], "dz1[0, 0]": 0}}, ["Ada", "Ben"]),
    ]):  # fmt: skip
        path = tmp_path / f"answers{number}.json"
        path.write_text(json.dumps(document))
        assert [(grade.learner, grade.points) for grade in graded(path)] == [(name, 3) for name in names]
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("Ben", "Ada"):
        (folder / f"{name}.json").write_text(json.dumps(RIGHT))
    assert [(grade.learner, grade.points) for grade in graded(folder)] == [("Ada", 3), ("Ben", 3)]


def test_digits_of_a_json_file_count(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"dz1": [0, 1.40, 0.8600]}')
    assert [mark.state for mark in graded(path)[0].marks] == ["right", "wrong", "wrong"]
    path.write_text('{"dz1": [0, 1.4, 0.86]}')
    assert [mark.state for mark in graded(path)[0].marks] == ["right", "right", "right"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "name,dz1_0_0\nAda,0,857\n",
         "{path}, line 2 has 3 cells, and the first line names 2 columns. Numbers with commas need quotation marks "
         "around them, or ; between columns."),
        ("a.csv", "name,dz1_0_0\n", "{path} has no row of answers below its first line."),
        ("a.csv", "name\nAda\n",
         "{path} has no columns of answers: its first line names blanks, such as name,dz1_0_1."),
        ("a.json", "{", "{path} is damaged or no JSON file: Expecting property name enclosed in double quotes: line 1 "
         "column 2 (char 1)."),
        ("a.xlsx", "x", "{path}: answers are read from .json, .csv and .tsv files, and from folders of .json files."),
        ("a.json", '{"answers": 3}', '"answers" is \'3\': give a dict, such as {{"dz1[0, 1]": 0.857}}.'),
    ],
)  # fmt: skip
def test_what_can_not_be_read(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises((cr.errors.InputError, cr.errors.FileError, cr.errors.KindError)) as caught:
        graded(path)
    assert str(caught.value) == message.format(path=path)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(cr.errors.FileError) as caught:
        graded(tmp_path / "no.csv")
    assert str(caught.value) == (
        f"{tmp_path / 'no.csv'} is not there: give a .json or a .csv file with answers, or a folder of .json files."
    )
    with pytest.raises(cr.errors.FileError) as caught:
        graded(tmp_path)
    assert (
        str(caught.value)
        == f"{tmp_path} holds no .json file: give a folder with a JSON file for each learner."
    )
