"""A learner's file marked in a process of its own: gaps, what can't be read, what does not end."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from learner import with_bodies

from chainrule.course import CHAPTERS, Marked, found, is_course, mark_file, write_course, write_solutions
from chainrule.errors import FileError


def mark(number: int, text: str, folder: Path, seconds: float = 20.0) -> Marked:
    path = folder / "mine.py"
    path.write_text(text, encoding="utf-8")
    return mark_file(replace(CHAPTERS[number - 1], seconds=seconds), path)


def states(marked: Marked) -> dict[str, str]:
    return {each.function: each.state for each in marked.marks}


def test_half_written(tmp_path: Path) -> None:
    marked = mark(
        4, with_bodies(4, {"da2": "-y / a2 / len(y)", "dz2": "y - a2", "dW2": "None"}, blank=True), tmp_path
    )
    assert marked.exit_code == 1
    assert (marked.right, marked.unreadable) == (1, "")
    assert states(marked) == {
        "da2": "right", "dz2": "wrong", "dW2": "wrong",
        **dict.fromkeys(["db2", "da1", "dz1", "dW1", "db1"], "unwritten"),
    }  # fmt: skip
    assert marked.marks[1].mistakes[0] == "dz2_sign"
    assert marked.marks[1].place == "mine.py, line 21"
    assert marked.marks[2].told == ["Returns nothing: is there a return?"]


def test_nothing_is_written(tmp_path: Path) -> None:
    marked = mark(1, CHAPTERS[0].blank.replace("raise NotImplementedError", "pass"), tmp_path)
    assert (marked.exit_code, states(marked)) == (3, dict.fromkeys(["z1", "a1", "z2"], "unwritten"))


def test_a_function_that_is_gone(tmp_path: Path) -> None:
    text = CHAPTERS[0].solution.replace("def a1(", "def other(")
    marked = mark(1, text, tmp_path)
    assert marked.exit_code == 3
    assert marked.marks[1].told == ["Is not there: write def a1(z1)."]


@pytest.mark.some(3)
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("return x @ W1 + b1", "return x @ W1 + (b1", "line 21: '(' was never closed.\nreturn x @ W1 + (b1"),
        ("return x @ W1 + b1", "print 'z'",
         "line 21: Missing parentheses in call to 'print'. Did you mean print(...)?\nprint 'z'"),
        ("import numpy as np", "import numpyy as np", "line 8: ModuleNotFoundError: No module named 'numpyy'."),
        ("import numpy as np", "import numpy as np\n1 / 0", "line 9: ZeroDivisionError: division by zero."),
        ("import numpy as np", "exit()", "it ends Python when it is run: take exit() or quit() out."),
        ("import numpy as np", "while True: pass", "Was stopped after 2 seconds: is there a loop that does not end?"),
        ("import numpy as np", "import os; os._exit(4)", "Ended Python (exit code 4)."),
        ("import numpy as np", "\0", "source code string cannot contain null bytes."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read(old: str, new: str, told: str, tmp_path: Path) -> None:
    marked = mark(1, CHAPTERS[0].solution.replace(old, new), tmp_path, seconds=2)
    assert (marked.exit_code, list(marked.marks)) == (2, [])
    assert marked.unreadable == told


def test_what_does_not_end_is_told_by_name_and_the_rest_is_marked(tmp_path: Path) -> None:
    text = CHAPTERS[5].solution.replace(
        "    parameters = dict(parameters)\n", "    while True:\n        pass\n"
    )
    marked = mark(6, text, tmp_path, seconds=4)
    assert states(marked) == {"batches": "right", "train": "wrong"}
    assert marked.marks[1].told == ["Was stopped after 4 seconds: is there a loop that does not end?"]
    text = CHAPTERS[0].solution.replace("return np.maximum(0, z1)", "import os; os._exit(3)")
    marked = mark(1, text, tmp_path)
    assert states(marked) == {"z1": "right", "a1": "wrong", "z2": "right"}
    assert marked.marks[1].told == ["Ended Python (exit code 3)."]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to a limit of memory")
def test_too_much_memory(tmp_path: Path) -> None:
    text = with_bodies(1, {"a1": "[np.ones((40000, 10000)) for _ in range(9)]"})
    told = mark(1, text, tmp_path).marks[1].told[0]
    assert told.startswith(
        "Raises MemoryError: Unable to allocate 2.98 GiB for an array with shape (40000, 10000)"
    )


def test_errors_are_told_with_the_line_and_the_shapes(tmp_path: Path) -> None:
    marked = mark(1, with_bodies(1, {"a1": "undefined(z1)", "z2": "exit()"}), tmp_path)
    assert marked.marks[1].told == [
        "Raises NameError: name 'undefined' is not defined. It was given z1 (9, 7)."
    ]
    assert marked.marks[1].place == "mine.py, line 32"
    assert marked.marks[2].told == ["Ends Python: take exit() or quit() out."]


def test_the_last_file_needs_those_before(tmp_path: Path) -> None:
    write_course(tmp_path)
    (tmp_path / "09_digits.py").write_text(CHAPTERS[8].solution, encoding="utf-8")
    [*_, (chapter, path)] = found(tmp_path)
    marked = mark_file(chapter, path)
    assert marked.exit_code == 3
    assert marked.marks[0].told == ["Calls z1 (01_forward.py, line 21), which is not written yet."]
    (tmp_path / "02_softmax.py").unlink()
    assert (
        mark_file(chapter, path).unreadable == "line 12: ModuleNotFoundError: No module named '02_softmax'."
    )


def test_a_file_is_known_by_its_first_line(tmp_path: Path) -> None:
    write_solutions(tmp_path / "ours")
    moved = tmp_path / "my own.py"
    moved.write_text("\ufeff" + CHAPTERS[7].solution, encoding="utf-8")
    assert found(moved) == [(CHAPTERS[7], moved)]
    assert mark_file(CHAPTERS[7], moved).exit_code == 0
    assert [chapter.title for chapter, _ in found(tmp_path / "ours")] == [
        chapter.title for chapter in CHAPTERS
    ]
    (tmp_path / "other.py").write_text("import numpy\n", encoding="utf-8")
    (tmp_path / "wrong.py").write_text("# chainrule course: knitting\n", encoding="utf-8")
    assert not any(
        map(is_course, (tmp_path / "other.py", tmp_path / "wrong.py", tmp_path / "none.py", "x.npz"))
    )
    assert is_course(tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write_course(tmp_path / "mine")
    (tmp_path / "mine" / "01_forward.py").write_text("mine", encoding="utf-8")
    (tmp_path / "mine" / "README.md").unlink()
    file = tmp_path / "mine" / "01_forward.py"
    message = f"{file} is there already, and nothing is overwritten: give the name of a new folder."
    for write in (write_course, write_solutions):
        with pytest.raises(FileError) as raised:
            write(tmp_path / "mine")
        assert str(raised.value) == message
    assert (tmp_path / "mine" / "01_forward.py").read_text() == "mine"
    assert not (tmp_path / "mine" / "README.md").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError) as raised:
        write_course(tmp_path / "file")
    assert str(raised.value) == f"{tmp_path / 'file'} can't be made: File exists."
