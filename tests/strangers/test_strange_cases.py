"""Files that once broke the command line: each ends in time, in bounded memory, in one line or in a result."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "cases"
RUN = "import sys; from chainrule.cli import main; main()"
MEMORY = 400_000  # kB at the most that the process has held; scikit-learn's metrics alone take it to 210,000
SECONDS = 60
BREAKS = {"npz_lzma", "npz_overflow", "npz_name_not_utf8", "npz_tokenerror", "npz_typeerror", "npz_x_and_X",
          "npz_one_row_of_1e7_bools",
          "csv_01_and_1", "model_batchnorm_1e8"}  # fmt: skip


def chainrule(*arguments: str | Path, **more: str) -> tuple[int, str, str, int]:
    """The exit code, what is said on both streams, and the memory at its peak in kB."""
    environment = os.environ | {"MPLBACKEND": "agg"} | more
    measured = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]); "
        "print('PEAK', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); "
        "sys.exit(done.returncode % 256)"
    )
    done = subprocess.run(
        [sys.executable, "-c", measured, sys.executable, "-c", RUN, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=environment,
    )
    peak = re.search(r"PEAK (\d+)\n", done.stderr)
    assert peak is not None
    return done.returncode, done.stdout, done.stderr.replace(peak[0], ""), int(peak[1])


def asked(case: Path, out: Path) -> list[str | Path]:
    return ["info", case] if case.suffix == ".safetensors" else ["train", case, "--epochs", "1", "--out", out]


@pytest.mark.some(5)
@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.stem)
def test_a_strangers_file(case: Path, tmp_path: Path) -> None:
    code, _, said, peak = chainrule(*asked(case, tmp_path / "model.safetensors"))
    assert code == (2 if case.stem in BREAKS else 0), said
    assert "Traceback" not in said
    assert peak < MEMORY, f"{peak:,} kB"
    if code:
        (line,) = said.splitlines()
        assert line.startswith("chainrule: ")
        assert len(line) < 1000 + len(str(case))


@pytest.mark.parametrize(("name", "cell"), [("class", "x\n2,{}"), ("number", "x\n{},y")])
def test_one_long_cell(name: str, cell: str, tmp_path: Path) -> None:
    """120 kB in one cell once took 5.7 GB, as every other text was made as wide."""
    (path := tmp_path / "long.csv").write_text("a,t\n1," + cell.format("y" * 120_000) + "\n" + "3,x\n" * 500)
    code, out, said, peak = chainrule("train", path, "--epochs", "1")
    assert code == (0 if name == "class" else 2)
    assert "Traceback" not in said
    assert peak < MEMORY
    assert max(map(len, (out + said).splitlines())) < 1000 + len(str(path))


def test_names_that_would_be_formulas(tmp_path: Path) -> None:
    code, _, said, _ = chainrule(
        "train", CASES / "csv_tex_names.csv", "--epochs", "1", "--plots", tmp_path / "plots"
    )
    assert code == 0, said
    assert list((tmp_path / "plots").glob("*.png"))


@pytest.mark.parametrize("what", ["text", "sum", "brackets"])
def test_a_header_that_is_an_expression(what: str, tmp_path: Path) -> None:
    """20 MB in the place of a shape, which NumPy reads as an expression, of which it makes 50 times as much."""
    inside = {
        "text": '"' + "x" * 20_000_000 + '"',
        "sum": "1+" * 10_000_000 + "1",
        "brackets": "(" * 20_000_000,
    }[what]
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({inside},), }}\n".encode()
    path = tmp_path / "long.npy"
    path.write_bytes(b"\x93NUMPY\x02\x00" + len(header).to_bytes(4, "little") + header + bytes(64))
    code, _, said, peak = chainrule("train", path, "--epochs", "1")
    assert code == 2
    (line,) = said.splitlines()
    assert line.startswith(f"chainrule: {path}")
    assert len(line) < 1000 + len(str(path))
    assert peak < MEMORY


def test_a_table_whose_first_line_is_an_expression(tmp_path: Path) -> None:
    """A name of a column is a text, whatever it would be elsewhere; a line of 5 MB is no table that can be shown."""
    (path := tmp_path / "long.csv").write_text("+".join("1" * 1_000_000) + ",t\n" + "1,x\n2,y\n" * 20)
    code, out, said, peak = chainrule("train", path, "--epochs", "1")
    assert code in (0, 2)
    assert "Traceback" not in said
    assert max(map(len, (out + said).splitlines())) < 1000 + len(str(path))
    assert peak < MEMORY
