"""What is written on the command line, read."""

from __future__ import annotations

import pytest

from chainrule.cli import words
from chainrule.errors import InputError


@pytest.mark.parametrize(
    ("written", "model", "rest"),
    [
        ([], None, []),
        (["dW1", "0", "1"], None, ["dW1", "0", "1"]),
        (["model.safetensors"], "model.safetensors", []),
        (["here/model", "dW1"], "here/model", ["dW1"]),
    ],
)
def test_a_models_file_comes_first(written, model, rest):
    assert words.split(written) == (model, rest)


def test_a_file_without_an_ending_is_one_if_it_is_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert words.split(["dW1"]) == (None, ["dW1"])
    (tmp_path / "dW1").touch()
    assert words.split(["dW1"]) == ("dW1", [])


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (["iris.csv"], "iris.csv holds samples: give it as --data iris.csv."),
        (["dW1", "new.NPZ"], "new.NPZ holds samples: give it as --data new.NPZ."),
        (
            ["a.safetensors", "b.safetensors"],
            "b.safetensors is a file, and a model's file comes first, alone.",
        ),
    ],
)
def test_files_in_the_wrong_place(written, message):
    with pytest.raises(InputError) as raised:
        words.split(written)
    assert str(raised.value) == message


def test_numbers_and_sizes_stand_with_commas():
    assert words.numbers("1,-2.5, 3e2", "--x") == [1, -2.5, 300]
    assert words.numbers("1/4,.5, -3/2,+2", "--x") == [0.25, 0.5, -1.5, 2]
    assert words.sizes("2, 4,3", "--layers") == [2, 4, 3]
    with pytest.raises(
        InputError, match=r"^--x '1;2': it is numbers with commas between them, such as 1,2\.$"
    ):
        words.numbers("1;2", "--x")
    for text in ("1/0", "1/", "/2", "1/2/3", "one"):
        with pytest.raises(InputError) as caught:
            words.numbers(text, "--x")
        assert str(caught.value) == f"--x {text!r}: it is numbers with commas between them, such as 1,2."
    for text in ("", "2,,3", "2,0", "2.0", "-1"):
        with pytest.raises(
            InputError, match=r"^--layers '.*': it is whole numbers of at least 1, with commas"
        ):
            words.sizes(text, "--layers")


def test_many_names_are_shortened():
    assert words.few(list("abcdefgh")) == "a, b, c, d, e, f, g, h"
    assert words.few([str(i) for i in range(1234)]) == "0, 1, 2, 3, 4, 5, 6, 7, … (1,234)"


def test_columns_stand_with_commas_too():
    assert words.columns(["a, b", "House Price"]) == ["a", "b", "House Price"]
    assert words.columns(['"size (cm, outer)",b']) == ["size (cm, outer)", "b"]
