"""Tables as people have them, from the command line: what is said of them, and what answers its questions."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.data import read_table

CASES = Path(__file__).parents[1] / "data" / "tables" / "cases"
TRAINING = ["--quiet", "--epochs", "1", "--hidden", "4"]


@pytest.fixture
def case(folder):
    """Put a table of the cases into the working directory."""

    def put(name: str) -> str:
        (folder / name).write_bytes((CASES / name).read_bytes())
        return name

    return put


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("decimal_comma_target.csv", "semicolons, decimal comma"),
        ("headerless_text_target.csv", "no header (columns c1 … c3)"),
        ("latin1.csv", "Latin-1"),
    ],
)
def test_an_unusual_layout_is_said_in_a_line(chainrule, case, name, said):
    result = chainrule("train", case(name), *TRAINING)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0].startswith(f"{name}: ")
    assert lines[1] == f"{name}: {said}"
    assert "\n".join(lines[2:6]) == str(read_table(name).report)


def test_the_report_speaks_of_options(chainrule, folder):
    (folder / "some.csv").write_text("x,y\n" + "".join(f"{i}.5,{i % 3}\n" for i in range(30)))
    out = chainrule("train", "some.csv", *TRAINING).out
    assert " target: 3 classes, whole numbers; --kind regression takes them for numbers\n" in out


QUESTIONS = {
    "text_note_column.csv": (
        "text_note_column.csv, column 'note': 40 different texts in 40 rows, such as 'row 0, seen', are too many "
        "for a column each. Leave it out with --ignore note, or take the frequent ones with --categorical note.",
        ["--ignore", "note"],
    ),
    "date_target.csv": (
        "date_target.csv, column 'when': 28 different dates in 40 rows, such as '2024-01-01'. To take each for a "
        "class, say "
        "--kind classification; else name another target.",
        ["--target", "rooms", "--ignore", "when"],
    ),
    "na_in_text_target.csv": (
        "na_in_text_target.csv, line 5, column 'kind': the value is missing ('NA'). Fill it in, leave the row out, "
        "or take it "
        "for a class of its own with --kind classification.",
        ["--kind", "classification"],
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_and_its_answer(chainrule, refused, case, folder, name):
    question, answer = QUESTIONS[name]
    before = {path.name for path in folder.iterdir()} | {name}
    assert refused("train", case(name), *TRAINING, "--out", "new.safetensors") == question
    assert {path.name for path in folder.iterdir()} == before  # nothing is written
    assert chainrule("train", name, *TRAINING, *answer, "--out", "new.safetensors").code == 0


UNSURE = "a;price\n" + "".join(f"{i % 7};{i + 1},{i * 37 % 900 + 100}\n" for i in range(30))


def test_a_decimal_mark_is_asked_for_and_told_to_every_command(chainrule, refused, folder):
    (folder / "unsure.csv").write_text(UNSURE)
    assert refused("train", "unsure.csv") == (
        "unsure.csv, line 2, column 'price': '1,100' could be 1100 or 1.1. Say which mark stands before decimals, with "
        "--decimal . or --decimal ,."
    )
    result = chainrule("train", "unsure.csv", *TRAINING, "--decimal", ",", "--out", "m.safetensors")
    assert result.code == 0
    assert re.search(r"\nprice +number +1\.1 … 30\.\d+ +target: numbers\n", result.out)
    hint = result.out.splitlines()[-1].removeprefix("see it: chainrule ")
    assert hint == "explain m.safetensors --data unsure.csv --decimal , --sample 0"
    assert chainrule(*shlex.split(hint)).err == (
        "unsure.csv: semicolons, decimal comma\nsample 0 of unsure.csv: price 1.1\n"
    )
    for words in (
        ["explain", "m.safetensors", "L", "--data", "unsure.csv"],
        ["why", "m.safetensors", "L", "--data", "unsure.csv"],
        ["code", "m.safetensors", "--with-data", "--data", "unsure.csv"],
    ):
        assert refused(*words).startswith("unsure.csv, line 2, column 'price': '1,100' could be ")
        assert chainrule(*words, "--decimal", ",").code == 0
    assert (
        chainrule("predict", "m.safetensors", "unsure.csv").out.count("\n") == 31
    )  # it reads the features alone


def test_a_table_without_a_header_from_training_to_prediction(chainrule, case, folder):
    name = case("headerless_text_target.csv")
    assert chainrule("train", name, *TRAINING, "--out", "m.safetensors").code == 0
    net = cr.load("m.safetensors")
    assert (net.features, net.classes) == (("c1", "c2"), ("blue", "red"))
    (folder / "new.csv").write_text("5.0,3.4\n4.1,3.0\n")
    result = chainrule("predict", "m.safetensors", "new.csv")
    assert result.err == "new.csv: no header (columns c1, c2)\n"
    assert result.out.splitlines()[0] == "row,c3,probability,p(blue),p(red)"
    assert result.out.splitlines()[1:] == chainrule("predict", "m.safetensors", name).out.splitlines()[1:3]
    result = chainrule("explain", "m.safetensors", "--data", name, "--sample", "2")
    assert result.err == f"{name}: no header (columns c1 … c3)\nsample 2 of {name}: c3 blue\n"


def test_a_header_that_is_in_doubt(chainrule, refused, folder):
    (folder / "years.csv").write_text("1990,2000,2010\n1.5,2.5,3.5\n2.5,3.5,4.5\n3.5,4.5,6.5\n")
    assert refused("train", "years.csv") == (
        "years.csv, line 1: 1990,2000,2010 could be the names of the columns, or the first row of values. Say "
        "which, with "
        "--header or --no-header."
    )
    result = chainrule("train", "years.csv", *TRAINING, "--header", "--out", "m.safetensors")
    assert cr.load("m.safetensors").features == ("1990", "2000")
    assert "--data years.csv --header --sample 0" in result.out
    assert chainrule("train", "years.csv", *TRAINING, "--no-header", "--out", "m.safetensors").code == 0
    assert cr.load("m.safetensors").features == ("c1", "c2")


def test_other_layouts_are_told(chainrule, folder):
    text = "größe:höhe:k\n" + "".join(f"{i}.5:{i % 4}:{'ab'[i % 2]}\n" for i in range(12))
    (folder / "some.txt").write_bytes(text.encode("cp850"))
    words = ["--delimiter", ":", "--encoding", "cp850"]
    assert chainrule("train", "some.txt", *TRAINING, *words, "--out", "m.safetensors").code == 0
    assert cr.load("m.safetensors").features == ("größe", "höhe")
    assert chainrule("predict", "m.safetensors", "some.txt", *words).out.count("\n") == 13
    assert (
        chainrule(
            "compare", "--data", "some.txt", *words, "--losses", "cross_entropy,hinge", "--epochs", "1"
        ).code
        == 0
    )


def test_a_model_reads_its_features_alone(chainrule, folder):
    """The other columns of a table may hold anything, as they may have when the model was trained."""
    (folder / "some.csv").write_text(
        "note,x,z,k\n" + "".join(f"n{i},{i}.5,?,{'ab'[i % 2]}\n" for i in range(12))
    )
    assert chainrule("train", "some.csv", *TRAINING, "--ignore", "note,z", "--out", "m.safetensors").code == 0
    result = chainrule("explain", "m.safetensors", "--data", "some.csv", "--sample", "1")
    assert (result.code, result.err) == (0, "sample 1 of some.csv: k b\n")
    assert chainrule("predict", "m.safetensors", "some.csv").code == 0


def test_ids_are_noted(chainrule, case):
    result = chainrule("train", case("clock.csv"), *TRAINING, "--standardize")
    assert result.err == (
        "chainrule: clock.csv, column 'time': its whole numbers all differ and increase, as those of an id do, "
        "which tells "
        "nothing about new samples. Leave it out with --ignore time, or name the features.\n"
    )
    assert chainrule("train", "clock.csv", *TRAINING, "--standardize", "--features", "time").err == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["train", "moons", "--ignore", "x0"],
            "--ignore goes with tables alone, not with moons: leave it out.",
        ),
        (
            ["train", "digits", "--decimal", ","],
            "--decimal goes with tables alone, not with digits: leave it out.",
        ),
        (["train", "iris.csv", "--decimal", "x"], "--decimal x is no decimal mark: give '.' or ','."),
        (
            ["train", "iris.csv", "--ignore", "species", "--target", "species"],
            "--ignore species is the target: leave one of the two out.",
        ),
        (["explain", "--delimiter", ";"], "--delimiter belongs to --data, and there is none; leave it out."),
        (["why", "L", "--no-header"], "--header belongs to --data, and there is none; leave it out."),
        (["play", "--ignore", "x"], "--ignore belongs to data, and none is named; leave it out."),
        (
            ["explain", "model.safetensors", "--data", "short.csv"],
            "short.csv does not go with this model: it lacks petal_length, petal_width. Its features are sepal_length, "
            "sepal_width, species.",
        ),
    ],
)
def test_options_that_do_not_go(refused, folder, words, message):
    (folder / "short.csv").write_text("sepal_length,sepal_width,species\n5.1,3.5,setosa\n4.9,3.1,setosa\n")
    assert refused(*words) == message


# --- arrays -------------------------------------------------------------------------------------------------------


def test_several_numbers_a_sample(chainrule, folder):
    X = np.arange(24.0).reshape(12, 2)
    np.savez("two.npz", X=X, y=X[:, ::-1] / 2)
    result = chainrule("train", "two.npz", *TRAINING, "--out", "m.safetensors")
    assert result.out.startswith(
        "two.npz: 10 samples, 2 for validation, 2 features, regression of y (2 numbers)\n"
    )
    assert cr.load("m.safetensors").outputs == 2
    result = chainrule("explain", "m.safetensors", "--data", "two.npz", "--sample", "3")
    assert (result.code, result.err) == (0, "sample 3 of two.npz: y 3.5, 3\n")
    assert chainrule("predict", "m.safetensors", "two.npz").out.startswith("row,y_0,y_1\n")


def test_one_array(chainrule, folder):
    np.save("some.npy", [[1.5, 2, 0], [2.5, 3, 1], [3.5, 4, 0], [4.5, 1, 1]])
    assert chainrule("train", "some.npy", *TRAINING, "--validation", "0", "--out", "m.safetensors").code == 0
    with_target = chainrule("predict", "m.safetensors", "some.npy").out
    np.save("new.npy", [[1.5, 2], [2.5, 3], [3.5, 4], [4.5, 1]])
    assert chainrule("predict", "m.safetensors", "new.npy").out == with_target
    assert chainrule("explain", "m.safetensors", "--data", "some.npy", "--sample", "1").err == (
        "sample 1 of some.npy: c3 1\n"
    )


def test_emnist_and_one_file_of_it(chainrule):
    folder = CASES / "npz" / "emnist"
    images = folder / "emnist-letters-train-images-idx3-ubyte"
    for data in (folder, images):
        result = chainrule("train", str(data), *TRAINING, "--out", "m.safetensors")
        assert result.out.startswith(
            f"{data}: 30 samples, 10 for the test, 16 features, 5 classes of label\n"
        )
    assert chainrule("predict", "m.safetensors", str(images)).out.count("\n") == 31
