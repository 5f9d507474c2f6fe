"""The notebooks run, say what they should, and their committed outputs are what they give."""

from __future__ import annotations

import html
import itertools
import os
import re
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import chainrule as cr

nbformat = pytest.importorskip("nbformat", reason="needs nbformat, nbclient and ipykernel")

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST = 300_000  # bytes
EXECUTE = runpy.run_path(str(ROOT / "scripts" / "notebook.py"))["execute"]


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def words(output: Any) -> dict[str, str]:
    """What an output says, by its kind; of HTML its text without tags, of pictures that there is one."""
    if output.output_type == "stream":
        return {output.name: output.text}
    assert output.output_type != "error", "\n".join(output.traceback)
    said = {}
    for kind, content in output.data.items():
        if kind == "text/html":
            content = re.sub(r"<(style|mphantom)>.*?</\1>", "", content, flags=re.DOTALL)  # what is not seen
            content = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())
        said[kind] = "a picture" if kind.startswith("image/") else content
    return said


def outputs(notebook: Any) -> list[tuple[str, list[dict[str, str]]]]:
    """Each cell of code with what its outputs say."""
    return [(c.source, [words(o) for o in c.outputs]) for c in notebook.cells if c.cell_type == "code"]


def only(notebook: Any, part: str) -> str:
    """What the one cell of code with that part prints."""
    (found,) = [said for source, said in outputs(notebook) if part in source]
    return "".join(output.get("stdout", "") for output in found)


def test_there_are_notebooks() -> None:
    assert [path.name for path in NOTEBOOKS] == [
        "activations_and_losses.ipynb",
        "backpropagation_by_hand.ipynb",
        "mnist.ipynb",
        "optimizers_and_regularization.ipynb",
        "same_numbers_as_sklearn.ipynb",
        "simple_network.ipynb",
        "table_to_production.ipynb",
        "why_is_it_not_learning.ipynb",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_small_and_in_the_form_that_the_script_writes(path: Path) -> None:
    assert path.stat().st_size < MOST
    notebook = read(path)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert notebook.metadata.language_info == {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_a_page(path: Path) -> None:
    """It begins with its title, and every picture is followed by a text that says what to see."""
    cells = read(path).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")
    assert cells[-1].cell_type == "markdown"
    assert "## What next\n" in cells[-1].source
    for cell, after in itertools.pairwise(cells):
        for output in cell.get("outputs", []):
            assert "stderr" not in words(output), cell.source
            assert "image/png" not in words(output) or after.cell_type == "markdown", cell.source


def numbers(text: str) -> list[float]:
    """The numbers in a text, in order."""
    return [float(found) for found in re.findall(r"-?\d+\.?\d*(?:e[-+]\d+)?", text)]


def activations_and_losses(notebook: Any) -> None:
    slopes = {line[:22].strip(): numbers(line[22:]) for line in only(notebook, "points = [").splitlines()}
    assert len(slopes) == 1 + 15
    assert slopes["sigmoid"] == [0, 0.105, 0.235, 0.25, 0.235, 0.105, 0]
    assert slopes["leaky ReLU, slope 0.1"] == [0.1] * 4 + [1] * 3
    deep = {line.split()[0]: numbers(line)[-1] for line in only(notebook, "chain(activation)\n").splitlines()}
    assert deep["sigmoid"] < 1e-6 < 0.01 < deep["tanh"] < deep["relu"] == 1
    dead = only(notebook, '"b1": [-3.0]').splitlines()
    assert "dW1 =   0.0000" in dead[0]
    assert dead[0].endswith("→ 0.6250")
    assert all(float(line.split()[-1]) < 0.1 for line in dead[1:])
    huge = only(notebook, "naive:")
    assert huge.startswith("naive: [-0. inf]\n")
    assert not re.search("nan|inf", huge.partition("\n")[2])
    assert "l =       10000  dz =       -1" in huge
    assert not re.search("nan|inf", only(notebook, "at -10000: {below}     at 10000"))
    collapse = [numbers(line.partition("[")[2]) for line in only(notebook, "np.outer(a, a)").splitlines()]
    assert collapse[1] == collapse[2] == collapse[3] == [0.6652, -0.7553, 0.09]


def optimizers_and_regularization(notebook: Any) -> None:
    table = only(notebook, "found.rows()").splitlines()
    assert len(table) == 1 + 10
    away = {
        line.split()[0]: numbers(line)[-1] for line in only(notebook, "in_a_row()\n    path").splitlines()
    }
    assert away["SGD"] == max(away.values())
    penalties = {line[:12].strip(): numbers(line[12:]) for line in only(notebook, "costs").splitlines()}
    assert penalties["L2"][:6] == pytest.approx([0.1 * w for w in penalties["W1"]], abs=1e-4)
    assert {abs(size) for size in penalties["L1"][:6]} == {0.1}
    zeros = [int(part) for part in re.findall(r"(\d+)%", only(notebook, "of W2 below"))]
    assert zeros[0] < 10 < zeros[1] < 90 < zeros[2]  # nothing, L2, L1
    losses = {
        line[:21].strip(): numbers(line[21:])[2] for line in only(notebook, "REMEDIES = {").splitlines()[2:]
    }
    assert len(losses) == 9
    assert losses["nothing"] == max(losses.values()) > 4 * losses["L2, 0.01"]


def digits_in_mnists_place(notebook: Any) -> None:
    assert only(notebook, "cr.data.load(") == (
        "MNIST is absent: these are the digits of scikit-learn instead.\n"
        "1437 images to train on and 360 for the test, of 8 × 8 pixels\n"
    )
    plain, better = (numbers(line.replace("%", "")) for line in only(notebook, "better.fit(").splitlines())
    assert better[0] > plain[0] > 0.85 * 360


def test_the_digits_are_taken_where_mnist_can_not_be_had(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (cell,) = [
        c
        for c in read(ROOT / "notebooks" / "mnist.ipynb").cells
        if "cr.data.load(" in c.source and c.cell_type == "code"
    ]
    load = cr.data.load

    def absent(name: str) -> Any:
        if name == "mnist":
            raise cr.ChainruleError("MNIST is not on this computer and could not be downloaded")
        return load(name)

    monkeypatch.delenv("NOTEBOOK_DATA", raising=False)
    monkeypatch.setattr(cr.data, "load", absent)
    exec(cell.source, {"cr": cr, "os": os})
    assert capsys.readouterr().out.startswith("MNIST is absent: these are the digits")


def mnist(notebook: Any) -> None:
    assert (
        only(notebook, "cr.data.load(")
        == "60000 images to train on and 10000 for the test, of 28 × 28 pixels\n"
    )
    told = read(ROOT / "notebooks" / "mnist.ipynb")
    for found in notebook, told:
        plain, better = (numbers(line.replace("%", "")) for line in only(found, "better.fit(").splitlines())
        assert better[0] > plain[0] > 9700
    # What is committed is what it gives: the same pictures, and numbers that differ by rounding alone.
    for (source, fresh), (_, kept) in zip(outputs(notebook), outputs(told), strict=True):
        assert [sorted(each) for each in fresh] == [sorted(each) for each in kept], source
    for part, room in ("better.fit(", 50), ("history = net.fit(", 0.5), ("two directions hold", 3):
        fresh, kept = (numbers(only(each, part)) for each in (notebook, told))
        assert fresh == pytest.approx(kept, abs=room), part


def simple_network(notebook: Any) -> None:
    assert notebook.cells[0].source.startswith("# A simple network, every number\n")
    said = dict(outputs(notebook))

    def of(source: str, kind: str = "text/plain") -> str:
        (cell,) = [key for key in said if key.endswith(source)]
        return said[cell][0][kind]

    # The seven steps.
    assert of('trace["z1"]') == "array([[-0.3 ,  1.15,  0.75]])"
    assert "[0  1.15  0.75]" in of('trace.explain("a1")')
    assert "[0.895  -0.895]" in of('trace.explain("z2")')
    assert of('trace["e2"], trace["s2"]') == "(array([[2.447336, 0.408608]]), array([[2.855943]]))"
    assert "[0.856927  0.143073]" in of('trace.explain("a2")')
    assert of('print(f"{trace.loss:.6f}")', "stdout") == "1.944402\n"
    assert "[0  -6.989452]" in of('trace.explain("da2")')
    assert "= a2 - y " in of('trace.explain("dz2")')
    assert "⎢0.985466  -0.985466⎥" in of('trace.explain("dW2")')
    assert "[-1.199698  1.371084  0.856927]" in of('trace.explain("da1")')
    assert "[0  1.371084  0.856927]" in of('trace.explain("dz1")')
    assert "⎡0  0.685542  0.428464⎤" in of('trace.explain("dW1")')
    assert "⎡-0.6  0.593145  0.395715⎤" in of('trace.explain("W1_new")')
    assert of('print(f"{trace.after().loss:.6f}")', "stdout") == "1.863869\n"
    # Formulas show themselves, and say the same.
    assert "0.985466" in of('trace.explain("dW2")', "text/html")
    # The nudges, and by hand.
    (nudges,) = [found[0]["stdout"] for source, found in said.items() if source.startswith("for entry")]
    assert nudges.count("agrees") == 6
    assert "dW1[0, 1]   0.685542   nudged  0.685542   agrees" in nudges
    assert "⎢0.986  -0.986⎥" in of('trace.explain("dW2", arithmetic="by_hand")')
    assert "⎡0  0.685  0.428⎤" in of('trace.explain("dW1", arithmetic="by_hand")')
    assert "0.59315" in of('trace.explain("W1_new", arithmetic="by_hand")')
    # The training: plateau, fall, the page of NumPy bit for bit, every point right.
    (losses,) = [found[-1]["stdout"] for source, found in said.items() if source.startswith("history =")]
    curve = [float(line.split()[-1]) for line in losses.splitlines()]
    assert len(curve) == 10
    assert curve[0] == pytest.approx(0.6931, abs=5e-4)
    assert curve[-1] < 0.1
    assert of("for name in trained}") == "{'W1': True, 'b1': True, 'W2': True, 'b2': True}"
    assert of('points are right")', "stdout") == "200 of 200 points are right\n"
    # The pictures.
    pictures = [source for source, found in said.items() if any("image/png" in output for output in found)]
    drawn = [re.findall(r"plot\.(\w+)", source) for source in pictures]
    assert drawn == [["network"], ["curves"], ["boundary"], ["network"]]


def backpropagation_by_hand(notebook: Any) -> None:
    first = only(notebook, "print(trace.check(mine))")
    assert first.startswith("dW1 is the first line that is wrong.\n")
    assert "it takes da for dz: your dW1 is xᵀ · da1  [dW1_from_da1]" in first
    hint = only(notebook, "to_text(hint=True)")
    assert hint.startswith("W1_new is the first line that is wrong.\n")
    assert "you did" not in hint
    assert only(notebook, "def right():").startswith("Right: all 16 lines follow")
    assert "samples are columns\n" in only(notebook, "turned = {")
    assert "[slope_skipped, slope_of_other_function]" in only(notebook, "sheet = {")
    nudged, first, mended = (numbers(line) for line in only(notebook, "nudged = ").splitlines())
    assert nudged == mended == [0, 0.685542, 0.428464]  # as the worked example has it in print
    assert first != mended
    assert "[softmax_all]" in only(notebook, '"softmax": softmax')
    assert "Right from your own da1, which is wrong." in only(notebook, "exercise.grade(")


def table_to_production(notebook: Any) -> None:
    assert only(notebook, "data.report.said").startswith("semicolons, decimal comma\n")
    assert only(notebook, "cr.data.split(") == "720 240 240\n"
    assert numbers(only(notebook, "EarlyStopping("))[-1] > 1
    (auc,) = (numbers(line) for line in only(notebook, "net.evaluate(").splitlines() if "ROC-AUC  " in line)
    assert auc[0] > 0.8 > auc[1]
    assert only(notebook, "net.save(").startswith("the same predictions after loading: True\n")
    exported, ours = only(notebook, "import flats").splitlines()
    assert exported.endswith('"chainrule": false}')
    assert re.findall(r"yes|no", exported) == re.findall(r"yes|no", ours)
    assert "X lacks 'lift'" in only(notebook, "today = pd.DataFrame")


def why_is_it_not_learning(notebook: Any) -> None:
    found = "".join(said.get("stdout", "") for _, cells in outputs(notebook) for said in cells)
    assert re.findall(r"^1\. (.*?)  \[", found, re.MULTILINE) == [
        "rate too low",
        "rate too high",
        "unscaled inputs",
        "dead units",
        "equal units",
        "target in inputs",
    ]
    assert found.startswith("Nothing is found to be wrong.\n")
    assert found.endswith("Looked like it, but no fix of it helped: too short.\n")
    assert numbers(only(notebook, "units that are on:")) == [0, 16, 1, 0, 2, 0]


def same_numbers_as_sklearn(notebook: Any) -> None:
    lines = only(notebook, "theirs = make_pipeline").splitlines()
    for line in lines[:3]:
        theirs, ours = numbers(line)
        assert theirs == ours > 0
    assert [line.split()[-1] for line in lines[3:]] == ["True", "True"]
    theirs, ours = only(notebook, "searches = [").splitlines()
    assert theirs == ours
    assert "  z1 = x · W1 + b1 = " in only(notebook, "small.explain(")


SAID = (
    activations_and_losses, backpropagation_by_hand, mnist, digits_in_mnists_place, optimizers_and_regularization,
    same_numbers_as_sklearn, simple_network, table_to_production, why_is_it_not_learning,
)  # fmt: skip


@pytest.mark.some(1)
@pytest.mark.parametrize("said", SAID, ids=lambda said: said.__name__)
def test_a_notebook_gives_what_is_committed_and_says_what_it_should(
    said: Callable[[Any], None],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """MNIST is not everywhere, and the rounding of its thousands of steps goes far: `mnist` compares more widely."""
    of_mnist = said in (mnist, digits_in_mnists_place)
    if said is mnist:
        monkeypatch.setenv("CHAINRULE_DATA", str(request.getfixturevalue("mnist_folder")))
    committed = ROOT / "notebooks" / f"{'mnist' if of_mnist else said.__name__}.ipynb"
    data = "mnist" if said is mnist else "digits"
    notebook = EXECUTE(read(Path(shutil.copy(committed, tmp_path))), tmp_path, data)
    assert of_mnist or outputs(read(committed)) == outputs(notebook), (
        f"the outputs in {committed.name} are stale: run .venv/bin/python scripts/notebook.py, look, and commit"
    )
    said(notebook)


def test_each_notebook_is_run() -> None:
    assert {"mnist.ipynb", *(f"{said.__name__}.ipynb" for said in SAID)} == {
        *(path.name for path in NOTEBOOKS), "digits_in_mnists_place.ipynb",
    }  # fmt: skip
