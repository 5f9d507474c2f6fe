"""Programs that can't be run to their end: bounded in time and memory, said plainly, and nothing is left behind."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from followed import checked

from chainrule.check.code import check_program
from chainrule.errors import FileError, InputError

NOT = "I could not follow this program. "
NO_LAYERS = "I found no layers, of which each takes what an activation makes of the one before."
BAD = {
    "input": (
        "lr = float(input('rate? '))\n",
        "It waits for input in line 1: put the values into the program, or give code with --run.",
    ),
    "missing import": (
        "import numpy as np\nimport nothing_of_that_name\n",
        "It imports what is not installed here: No module named 'nothing_of_that_name' (line 2).",
    ),
    "Python 2": (
        "x = 1\nprint x\n",
        "It is written in Python 2 (line 2): translate it, for example print x to print(x).",
    ),
    "syntax": (
        "x = (1\ny = = 2\n",
        "It is no Python that can be run, in line 1: '(' was never closed.",
    ),
    "an error": ("x = [1, 2]\ny = x[5]\n", "It stops with an error in line 2: IndexError: list index out of range."),
    "missing file": (
        "x = 1.5\ndata = open('there_is_no.csv').read()\n",
        "It reads a file that is not there: [Errno 2] No such file or directory: 'there_is_no.csv' (line 2).",
    ),
    "another process": (
        "import os\nos.system('echo hello')\n",
        "In line 2 it starts another process, which is not done here.",
    ),
    "a fork": ("import os\nwhile True: os.fork()\n", "In line 2 it starts another process, which is not done here."),
    "removes files": (
        "import os\nos.remove(__file__)\n",
        "In line 2 it removes, renames or changes files, which is not done here.",
    ),
}  # fmt: skip


@pytest.mark.some(4)
@pytest.mark.parametrize("name", BAD)
def test_why_it_was_not_followed_is_said(name: str, tmp_path: Path) -> None:
    text, why = BAD[name]
    report = checked(tmp_path, text)
    said = report.why.removeprefix(f"{NO_LAYERS} ")
    assert (report.state, said, report.exit_code) == ("not followed", why, 3)
    assert report.verdict.startswith(NOT)


def test_a_program_without_end_is_stopped(tmp_path: Path) -> None:
    began = time.monotonic()
    report = checked(tmp_path, "x = 1.5\nwhile True:\n    pass\n", seconds=1)
    assert report.why == f"{NO_LAYERS} It did not come to its end in the time that it has here."
    assert time.monotonic() - began < 100


def test_a_program_that_sleeps_is_stopped(tmp_path: Path) -> None:
    began = time.monotonic()
    report = checked(tmp_path, "import time\nx = 1.5\ntime.sleep(1000)\n", seconds=1)
    assert report.state == "not followed"
    assert time.monotonic() - began < 100


def test_a_program_that_catches_everything_is_stopped(tmp_path: Path) -> None:
    text = (
        "while True:\n    try:\n        while True: x = 0.5 * 0.5\n    except BaseException:\n        pass\n"
    )
    began = time.monotonic()
    assert checked(tmp_path, text, seconds=1).state == "not followed"
    assert time.monotonic() - began < 100


def test_memory_is_bounded(tmp_path: Path) -> None:
    report = checked(tmp_path, "import numpy as np\nx = np.ones((1 << 20, 1 << 14))\n")
    assert "more memory" in report.why or "MemoryError" in report.why


def test_what_it_writes_is_thrown_away(tmp_path: Path) -> None:
    text = (
        "import os\nimport numpy as np\nfrom pathlib import Path\n"
        "os.makedirs('out/deep', exist_ok=True)\n"
        "np.save('out/deep/w.npy', np.ones(3))\nopen('log.txt', 'a').write('a')\nPath('p.txt').write_text('b')\n"
        "assert np.load('out/deep/w.npy').sum() == 3\nassert open('log.txt').read() == 'a'\n1 / 0\n"
    )
    report = checked(tmp_path, text)
    assert "ZeroDivisionError" in report.why  # it came that far: what it wrote could be read again
    assert os.listdir(tmp_path) == ["program.py"]


TEMPORARY = """import os, tempfile
import numpy as np
place, name = tempfile.mkstemp(suffix='.npy')
os.close(place)
np.save(name, np.ones(3))
assert np.load(name).sum() == 3
os.remove(name)
with tempfile.NamedTemporaryFile('w') as file:
    file.write('a')
with tempfile.TemporaryDirectory() as folder:
    os.makedirs(f'{folder}/deep')
    open(f'{folder}/deep/b.txt', 'w').write('b')
    os.rename(f'{folder}/deep/b.txt', f'{folder}/c.txt')
    assert sorted(os.listdir(folder)) == ['c.txt', 'deep']
assert not os.path.exists(folder)
1 / 0
"""


def test_temporary_files_are_its_own(tmp_path: Path) -> None:
    report = checked(tmp_path, TEMPORARY)
    assert "ZeroDivisionError" in report.why  # it came that far


@pytest.mark.parametrize("move", ["os.replace", "os.link", "os.symlink", "shutil.move"])
def test_a_temporary_file_does_not_take_the_place_of_another(tmp_path: Path, move: str) -> None:
    text = f"import os, shutil, tempfile\nplace, name = tempfile.mkstemp()\n{move}(name, 'weights.npz')\n"
    assert "In line 3 it removes, renames or changes files" in checked(tmp_path, text).why
    assert os.listdir(tmp_path) == ["program.py"]


def test_a_module_beside_it_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("value = 0.5\n", encoding="utf-8")
    checked(tmp_path, "import beside\nx = beside.value * 0.25\n")
    assert sorted(os.listdir(tmp_path)) == ["beside.py", "program.py"]


def test_what_is_no_program_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as found:
        check_program(tmp_path / "notes.txt")
    assert (
        str(found.value)
        == f"{tmp_path / 'notes.txt'}: a program that can be checked is a .py or an .ipynb file."
    )
    with pytest.raises(FileError) as missing:
        check_program(tmp_path / "net.py")
    assert (
        str(missing.value) == f"{tmp_path / 'net.py'} is not there: give the path of a script or a notebook."
    )
    (tmp_path / "net.py").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as seconds:
        check_program(tmp_path / "net.py", seconds=0)
    assert str(seconds.value) == "seconds = 0 is out of range: it is a number from 1 to 60."


def test_a_broken_notebook(tmp_path: Path) -> None:
    report = checked(tmp_path, "{}", "net.ipynb")
    assert report.why == "It can't be run: it is no notebook."
