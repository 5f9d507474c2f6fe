from __future__ import annotations

import json

import pytest
from worked import worked_trace

import chainrule as cr
from chainrule.data import read_csv
from chainrule.errors import UnknownName


@pytest.mark.parametrize("words", [["dW1", "0", "1"], ["dW1[0, 1]"], ["dW1[0,1]"]])
def test_a_number_is_named_with_or_without_brackets(chainrule, words):
    result = chainrule("why", *words)
    assert (result.code, result.err) == (0, "")
    assert result.out == f"{worked_trace().why('dW1[0, 1]').to_text()}\n"
    assert "agrees" in result.out


@pytest.mark.parametrize("depth", [0, 2])
def test_depth(chainrule, depth):
    told = worked_trace().why("dW1[0, 1]", depth=depth)
    assert chainrule("why", "dW1", "0", "1", "--depth", str(depth)).out == f"{told.to_text()}\n"


def test_the_loss_needs_no_entry(chainrule):
    assert chainrule("why", "L").out == f"{worked_trace().why('L').to_text()}\n"


def test_of_a_trained_model(chainrule):
    result = chainrule(
        "why", "model.safetensors", "dW1", "0", "1", "--data", "iris.csv", "--sample", "60", "--depth", "2"
    )
    X, y = read_csv("iris.csv").train
    trace = cr.load("model.safetensors").trace(X[60:61], y[60:61], cr.SGD(0.01))
    assert result.out == f"{trace.why('dW1[0, 1]', depth=2).to_text()}\n"
    assert result.err == "sample 60 of iris.csv: species versicolor\n"


def test_as_json_and_to_a_file(chainrule, folder):
    told = worked_trace().why("dW1[0, 1]")
    words = ["why", "dW1", "0", "1"]
    assert json.loads(chainrule(*words, "--format", "json").out) == told.to_dict()
    assert chainrule(*words, "--out", "why.json").err == "written to why.json\n"
    assert json.loads((folder / "why.json").read_text(encoding="utf-8")) == told.to_dict()
    chainrule(*words, "--out", "why.txt")
    assert (folder / "why.txt").read_text(encoding="utf-8") == f"{told.to_text()}\n"


@pytest.mark.parametrize(("ending", "format"), [("md", "markdown"), ("tex", "latex"), ("html", "html")])
def test_formats(chainrule, folder, ending, format):
    told = worked_trace().why("dW1[0, 1]")
    words = ["why", "dW1", "0", "1"]
    shown = {"markdown": told.to_markdown, "latex": told.to_latex, "html": told.to_html}[format]()
    assert chainrule(*words, "--format", format).out.rstrip("\n") == shown.rstrip("\n")
    assert chainrule(*words, "--out", f"why.{ending}").err == f"written to why.{ending}\n"
    whole = told.to_latex(document=True) if format == "latex" else shown
    assert (folder / f"why.{ending}").read_text(encoding="utf-8").rstrip("\n") == whole.rstrip("\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["model.safetensors"], "which number? Name a quantity and its entry, such as dW1 0 1."),
        (["dW1"], "dW1 has 6 entries: name one of them, such as dW1[0, 0]."),
        (["dW1", "9", "9"], "dW1 has the shape (2, 3): there is no entry [9, 9]."),
        (["dW1", "a", "b"], "'dW1[a, b]': an entry is given by whole numbers, as in dW1[0, 1]."),
        (["iris.csv", "dW1", "0", "1"], "iris.csv holds samples: give it as --data iris.csv."),
        (
            ["L", "--format", "htm"],
            str(UnknownName("format", "htm", ["text", "markdown", "latex", "html", "json"])),
        ),
        (
            ["L", "--depth", "-1"],
            "Invalid value for '--depth': -1 is too small, it must be at least 0. See: chainrule why --help",
        ),
    ],
)
def test_errors(refused, words, message):
    assert refused("why", *words) == message
