"""chainrule grade: a class graded as a teacher does it, and nonsense answered."""

from __future__ import annotations

import csv
import io
import json

import pytest

RIGHT = '{"dz1": [[0, 1.37, 0.857]]}'


def test_one_learner_on_the_worked_example(folder, chainrule):
    (folder / "ada.json").write_text(RIGHT)
    result = chainrule("grade", "ada.json", "--blanks", "dz1")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "ada    3 of 3 points, 100.0 %\n\n"
        "blank      answer  score  feedback\n"
        "dz1[0, 0]  0       1      Right.\n"
        "dz1[0, 1]  1.37    1      Right.\n"
        "dz1[0, 2]  0.857   1      Right.\n"
    )


def test_a_class_by_the_file_of_the_exercise(folder, chainrule):
    words = ("--blanks", "da1,dz1", "--series", "2", "--seed", "1", "--layers", "2,3,2", "--batch", "2")
    assert chainrule("exercise", *words, "--out", "key.json").code == 0
    sheets = json.loads((folder / "key.json").read_text())["sheets"]
    keys = [{blank["name"]: blank["key"] for blank in sheet["blanks"]} for sheet in sheets]
    wrong = keys[1] | {
        name: keys[1][name.replace("dz1", "da1")] for name in keys[1] if name.startswith("dz1")
    }
    file = io.StringIO()
    table = csv.DictWriter(file, ["name", "sheet", *keys[0]])
    table.writeheader()
    table.writerows([{"name": "Ada", "sheet": 1, **keys[0]}, {"name": "=Ben", "sheet": 2, **wrong}])
    (folder / "class.csv").write_text(file.getvalue())
    result = chainrule("grade", "class.csv", "--exercise", "key.json")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0].split() == ["learner", "sheet", "score", "first", "wrong", "what", "was", "done"]
    assert lines[1].split() == ["Ada", "1", "12", "of", "12"]
    assert "dz1" in lines[2]
    assert "the slope of the activation is missing" in lines[2]
    assert chainrule("grade", "class.csv", "--exercise", "key.json", "--out", "grades.csv").code == 0
    rows = list(csv.DictReader(io.StringIO((folder / "grades.csv").read_text())))
    assert (rows[0]["learner"], rows[0]["score"], rows[0]["first wrong line"]) == ("Ada", "1", "")
    assert (rows[1]["learner"], rows[1]["first wrong line"]) == ("'=Ben", "dz1")
    assert rows[1]["da1 feedback"] == "Right."
    own = chainrule("grade", "class.csv", *words, "--format", "json")
    said = json.loads(own.out)["grades"]
    assert (
        said
        == json.loads(chainrule("grade", "class.csv", "--exercise", "key.json", "--format", "json").out)[
            "grades"
        ]
    )
    assert said[1]["mistakes"][0] == "slope_skipped"
    otter = json.loads(chainrule("grade", "class.csv", *words, "--format", "otter").out)
    assert [file["filename"] for file in otter["Ada"]["test_file_results"]] == ["da1", "dz1"]


def test_the_sheet_without_keys_does_not_tell_how_it_is_made(folder, chainrule):
    said = chainrule("exercise", "--blanks", "dz1", "--seed", "3", "--key", "none", "--format", "json")
    assert "options" not in json.loads(said.out)


def test_columns_that_are_no_blanks_are_told(folder, chainrule):
    (folder / "a.csv").write_text("name;Comment;dz1_0_1\nAda;hi;1,37\n")
    result = chainrule("grade", "a.csv", "--blanks", "dz1[0, 1]", "--points", "dz1=2")
    assert result.err == "no blanks of the sheet, and not graded: Comment\n"
    assert result.out.startswith("Ada    2 of 2 points, 100.0 %\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "there is nothing to grade: give a .json or .csv file with answers, or a folder of .json files."),
        (("a.json", "b.json"), "a.json b.json: give at most a model's file, and one file or folder with answers."),
        (("a.json", "--points", "dz1"), "--points dz1: write a line or a blank, = and a number, such as dz1=2."),
        (("a.json", "--carry", "some"), "carry = 'some': it is 'best' or 'never'."),
        (("a.json", "--exercise", "a.json"),
         "a.json is no exercise with keys: write one by chainrule exercise --out a.json, with its keys."),
        (("a.json", "--exercise", "key.json", "--batch", "2"),
         "there is --exercise key.json, and --batch: the file says what the exercise is. Leave one out."),
        (("a.json", "--exercise", "odd.json"),
         "odd.json has options that chainrule exercise does not know, such as 'digits': write it again."),
        (("a.json", "--exercise", "deep.json"),
         "deep.json is no exercise with keys: write one by chainrule exercise --out deep.json, with its keys."),
        (("a.json", "--exercise", "other.json"),
         "other.json has other keys than the exercise that its options make now: has a model's file changed since? "
         "Write it again, or give the options themselves."),
    ],
)  # fmt: skip
def test_nonsense(words, message, folder, chainrule):
    (folder / "a.json").write_text(RIGHT)
    chainrule("exercise", "--blanks", "dz1", "--out", "key.json")
    (folder / "other.json").write_text((folder / "key.json").read_text().replace('"1.37"', '"1.38"'))
    odd = json.loads((folder / "key.json").read_text())
    (folder / "odd.json").write_text(json.dumps({**odd, "options": {"digits": [3]}}))
    (folder / "deep.json").write_text("[" * 100_000)
    result = chainrule("grade", *words)
    assert result.code == 2
    assert message in " ".join(result.err.split())
