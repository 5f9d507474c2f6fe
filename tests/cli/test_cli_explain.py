from __future__ import annotations

import pytest
from worked import worked_trace

import chainrule as cr
from chainrule.cli.explain import NEXT
from chainrule.cli.formats import as_json
from chainrule.data import read_csv
from chainrule.errors import UnknownName
from chainrule.notation import display
from chainrule.parts.contract import Activation


def unknown(what, name, known, hint=""):
    """The message about a name that is not there, which is the library's to word."""
    return str(UnknownName(what, name, known.split(", "), hint))


def test_alone_it_is_the_worked_example_as_the_library_tells_it(chainrule):
    result = chainrule("explain")
    assert (result.code, result.err) == (0, "")
    assert result.out == str(worked_trace().explain()) + NEXT + "\n"


@pytest.mark.parametrize("digits", [None, 3, 5])
def test_by_hand(chainrule, digits):
    words = [] if digits is None else ["--digits", str(digits)]
    page = worked_trace().explain(arithmetic="by_hand", digits=digits)
    assert chainrule("explain", "--by-hand", *words).out == f"{page}\n"


@pytest.mark.parametrize(
    ("asked", "name"), [("dW1", "dW1"), ("5.2", "dz2"), ("∂L/∂W1", "dW1"), ("dL/dW1", "dW1")]
)
def test_one_quantity(chainrule, asked, name):
    assert chainrule("explain", asked).out == f"{worked_trace().explain(name)}\n"


def test_a_trained_model_starts_from_the_raw_numbers_and_names_the_class(chainrule):
    result = chainrule("explain", "model.safetensors", "--data", "iris.csv", "--sample", "60")
    net = cr.load("model.safetensors")
    X, y = read_csv("iris.csv").train
    assert result.out == f"{net.trace(X[60:61], y[60:61], cr.SGD(0.01)).explain()}\n"
    assert "x_raw = [5  2  3.5  1]" in result.out
    assert "versicolor" in result.out
    assert result.err == "sample 60 of iris.csv: species versicolor\n"
    assert max(map(len, result.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("ending", "format"),
    [(".txt", "text"), (".md", "markdown"), (".tex", "latex"), (".html", "html"), (".json", "json")],
)
def test_formats(chainrule, folder, ending, format):
    page = worked_trace().explain()
    shown = {
        "text": str(page) + NEXT,
        "markdown": page.to_markdown(),
        "latex": page.to_latex(),
        "html": page.to_html(),
        "json": as_json(page.to_dict(), "page.json"),
    }[format]
    result = chainrule("explain", "--format", format)
    assert result.out.rstrip("\n") == shown.rstrip("\n")
    result = chainrule("explain", "--out", f"page{ending}")
    assert (result.code, result.out, result.err) == (0, "", f"written to page{ending}\n")
    written = (folder / f"page{ending}").read_text(encoding="utf-8")
    whole = {"latex": page.to_latex(document=True), "text": str(page)}.get(format, shown)
    assert written.rstrip("\n") == whole.rstrip("\n")
    # the format that is named holds, whatever the ending
    assert chainrule("explain", "--format", format, "--out", "page.page").code == 0
    assert (folder / "page.page").read_text(encoding="utf-8") == written


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["dW9"],
            unknown(
                "quantity",
                "dW9",
                ", ".join(map(display, worked_trace().program.names())),
            ),
        ),
        (
            ["dW1[0, 1]"],
            'dW1[0, 1] is one number: ask chainrule why "dW1[0, 1]", or explain dW1.',
        ),
        (
            ["dW1", "dW2"],
            "dW1 dW2: give at most a model's file and one quantity, such as model.safetensors dW1. One number "
            "is derived by: chainrule why dW1 0 1",
        ),
        (["few.csv"], "few.csv holds samples: give it as --data few.csv."),
        (["model.safetensors", "few.csv"], "few.csv holds samples: give it as --data few.csv."),
        (
            ["model.safetensors", "other.safetensors"],
            "other.safetensors is a file, and a model's file comes first, alone.",
        ),
        (
            ["model.safetensors"],
            "which sample? Give --data with --sample, or --x with 4 numbers and --y.",
        ),
        (
            ["model.safetensors", "--layers", "2,3"],
            "there is a model, model.safetensors, and --layers 2,3: give one of them.",
        ),
        (
            ["model.safetensors", "--x", "1,2"],
            "--x 1,2 gives 2, and the network takes 4: sepal_length, sepal_width, petal_length, petal_width.",
        ),
        (
            ["model.safetensors", "--x", "1,2,3,4", "--y", "rose"],
            unknown("class", "rose", "setosa, versicolor, virginica"),
        ),
        (
            ["model.safetensors", "--data", "moons"],
            "moons does not go with this model: it lacks sepal_length, sepal_width, petal_length, petal_width. "
            "Its features are x0, x1.",
        ),
        (
            ["model.safetensors", "--data", "few.csv"],
            unknown(
                "column",
                "sepal_length",
                "a, b, label",
                "few.csv lacks: sepal_length, sepal_width, petal_length, petal_width.",
            ),
        ),
        (
            ["--data", "iris.csv"],
            "iris.csv has 4 features, and the network takes 2.",
        ),
        (["--x", "1,abc"], "--x '1,abc': it is numbers with commas between them, such as 1,2."),
        (["--x", "1,2", "--y", "5"], "y[0] is 5: the network has 2 outputs, so labels go from 0 to 1."),
        (["--x", "nan,1", "--y", "0"], "X[0, 0] is nan: every entry must be finite."),
        (["--y", "0"], "there is --y without --x: give the inputs too, such as --x 1,2 --y 0."),
        (["--data", "few.csv", "--x", "1,2"], "there is --data, and --x or --y: give samples in one way."),
        (["--sample", "3"], "--sample 3 picks from --data, and there is none."),
        (
            ["--data", "few.csv", "--sample", "9999"],
            "--sample 9999: there are 3 samples, so rows go from 0 to 2.",
        ),
        (
            ["--data", "few.csv", "--sample", "-1"],
            "--sample -1: there are 3 samples, so rows go from 0 to 2.",
        ),
        (
            ["--data", "few.csv", "--sample", "one"],
            "--sample 'one': it is a row, such as 3, or several, such as 0,1,2 or 0:4.",
        ),
        (
            ["--data", "few.csv", "--sample", ""],
            "--sample '': it is a row, such as 3, or several, such as 0,1,2 or 0:4.",
        ),
        (["--data", "few.csv", "--sample", "2:1"], "--sample 2:1 picks no sample; there are 3."),
        (["--data", "nope.csv"], "nope.csv can't be read: No such file or directory."),
        (
            ["--data-dir", "x"],
            "--data-dir x belongs to --data mnist, and there is no --data.",
        ),
        (
            ["--data", "few.csv", "--data-dir", "x"],
            "--data-dir x belongs to mnist alone, not to few.csv: leave it out.",
        ),
        (
            ["model.safetensors", "--activation", "tanh"],
            "--activation tanh belongs to a fresh network, and model.safetensors has its own: leave --activation out.",
        ),
        (
            ["--layers", "2,x", "--x", "1,2"],
            "--layers '2,x': it is whole numbers of at least 1, with commas between them, such as 2,4,3.",
        ),
        (
            ["--layers", "2,0,2", "--x", "1,2"],
            "--layers '2,0,2': it is whole numbers of at least 1, with commas between them, such as 2,4,3.",
        ),
        (
            ["--layers", "2,3,1", "--x", "1,2"],
            "softmax of one output is always the same: take --output sigmoid, or an output for each class.",
        ),
        (
            ["--layers", "2,3,2", "--output", "sigmod", "--x", "1,2"],
            unknown("activation", "sigmod", ", ".join(Activation.registry())),
        ),
        (["--halves", "up"], "--halves belongs to --by-hand: exact rounds for the page alone."),
        (["--by-hand", "--digits", "99"], "--digits 99 is out of range: it must be 1 to 15."),
        (["--format", "pdf"], unknown("format", "pdf", "text, markdown, latex, html, json")),
        (
            ["--out", "page.pdf"],
            "--out page.pdf: its ending .pdf stands for no format. Take .txt, .md, .tex, .html, .htm, .json, "
            "or say which with --format.",
        ),
        (["--set", "W1"], "--set W1: write a name, = and numbers, such as W1=[[1,2],[3,4]]."),
        (
            ["--set", "W1=abc"],
            "--set W1=abc: 'abc' is no list of numbers, such as [[1,2],[3,4]].",
        ),
        (["--set", "W9=1"], unknown("parameter", "W9", "W1, b1, W2, b2")),
        (["--set", "W1=[1,2]"], "W1 has the shape (2, 3), and what was given has (2,)."),
    ],
)
def test_errors(refused, arguments, message):
    assert refused("explain", *arguments) == message


def test_a_quantity_of_the_backward_pass_needs_a_label(refused):
    said = refused("explain", "dW1", "--x", "1,2")
    assert said.endswith("This trace is forward only: give --y too, or --data that has the target.")


@pytest.mark.parametrize("place", ["nowhere/page.txt", ".", "/proc/page.txt"])
def test_places_that_cannot_be_written(refused, place):
    assert refused("explain", "--out", place, "--format", "text").startswith(f"{place} can't be written: ")
