"""The notebooks run, say what they should, and their committed outputs are what they give."""

from __future__ import annotations

import html
import re
import runpy
import shutil
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat", reason="needs nbformat, nbclient and ipykernel")

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST = 400_000  # bytes


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


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every notebook, executed in a copy of its own."""
    execute = runpy.run_path(str(ROOT / "scripts" / "notebook.py"))["execute"]
    found = {}
    for path in NOTEBOOKS:
        folder = tmp_path_factory.mktemp(path.stem)
        found[path.name] = execute(read(Path(shutil.copy(path, folder))), folder)
    return found


def test_there_are_notebooks() -> None:
    assert [path.name for path in NOTEBOOKS] == ["simple_network.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_the_committed_outputs_are_what_the_notebook_gives(path: Path, fresh: dict[str, Any]) -> None:
    assert outputs(read(path)) == outputs(fresh[path.name]), (
        f"the outputs in {path.name} are stale: run .venv/bin/python scripts/notebook.py, look, and commit"
    )


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


def test_the_simple_network_says_every_number(fresh: dict[str, Any]) -> None:
    notebook = fresh["simple_network.ipynb"]
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
    (losses,) = [found[0]["stdout"] for source, found in said.items() if source.startswith("history =")]
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
