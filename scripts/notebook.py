"""Execute the notebooks in notebooks/ and keep their outputs: .venv/bin/python scripts/notebook.py [notebook ...]

A notebook is edited as a notebook. This makes its outputs, and leaves out what would differ from run to run.
"""

from __future__ import annotations

import base64
import io
import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

FOLDER = Path(__file__).parents[1] / "notebooks"
MISSING = "MNIST is absent"  # which the notebook says then
COLORS = 128  # of a picture: enough for drawings, and a third of the size
SETTINGS = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "OPENBLAS_NUM_THREADS": "1",  # so that sums are taken in the same order, however many cores there are
}


def execute(notebook: nbformat.NotebookNode, folder: Path, data: str = "digits") -> nbformat.NotebookNode:
    """Run every cell in a fresh kernel, started in `folder`; raises CellExecutionError where a cell fails.

    The images are MNIST's if `data` says "mnist", and else the digits that come with scikit-learn.
    """
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env={**os.environ, **SETTINGS, "NOTEBOOK_DATA": data})
    return tidy(notebook)


def tidy(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Leave out what belongs to one run or one machine only, join what was printed, and make pictures small."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
    }
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = small(output.data["image/png"])
    return notebook


def joined(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Printed text in one piece: in how many it arrives is a matter of time."""
    found: list[nbformat.NotebookNode] = []
    for output in outputs:
        if found and output.output_type == "stream" and found[-1].get("name") == output.name:
            found[-1].text += output.text
        else:
            found.append(output)
    return found


def small(png: str) -> str:
    """A picture (base64) with fewer colours."""
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(png))) as image:
        image.convert("RGB").quantize(COLORS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            buffer, "png", optimize=True
        )
    return base64.b64encode(buffer.getvalue()).decode()


def main() -> None:
    """Execute every notebook in its place, or those that are named."""
    for path in [Path(name).resolve() for name in sys.argv[1:]] or sorted(FOLDER.glob("*.ipynb")):
        data = "mnist" if path.stem == "mnist" else "digits"
        notebook = execute(nbformat.read(path, as_version=4), FOLDER, data)
        said = [output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])]
        if MISSING in "".join(said):
            sys.exit(f"{path.name}: MNIST could not be had: set CHAINRULE_DATA to a folder that has it.")
        nbformat.validate(notebook)
        nbformat.write(notebook, path)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
