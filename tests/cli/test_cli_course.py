"""chainrule course, and chainrule check of what was written in it."""

from __future__ import annotations

import json

import pytest

from chainrule.course import CHAPTERS, write_course


@pytest.fixture
def course(folder):
    write_course("course")
    return folder / "course"


def test_a_course_is_written(chainrule, folder):
    result = chainrule("course")
    assert (result.code, result.err) == (0, "")
    assert (
        result.out
        == "course: 9 files to write in. course/README.md tells the way; begin with course/01_forward.py.\n"
    )
    assert sorted(path.name for path in (folder / "course").iterdir()) == sorted(
        ["README.md", *(chapter.file for chapter in CHAPTERS)]
    )
    result = chainrule("course", "--solutions", "ours")
    assert result.out == "ours: the same files, all written.\n"
    assert (folder / "ours" / "07_adam.py").read_text(encoding="utf-8") == CHAPTERS[6].solution
    assert chainrule("course", "both", "--solutions", "both solved").code == 0


def test_nothing_is_overwritten(refused, course):
    told = "course/README.md is there already, and nothing is overwritten: give the name of a new folder."
    assert refused("course") == told


def test_a_file_is_marked(chainrule, course):
    text = CHAPTERS[0].blank.replace("raise NotImplementedError", "return x @ W1", 1)
    (course / "01_forward.py").write_text(text, encoding="utf-8")
    result = chainrule("check", "course/01_forward.py")
    assert (result.code, result.err) == (1, "")
    assert result.out.splitlines() == [
        "01_forward.py: 0 of 3 right",
        "",
        "  z1  wrong  (01_forward.py, line 11)",
        "        hint       Write down what a unit does with its inputs, term by term,",
        "                   and compare.",
        "        should be  z1 = x · W1 + b1",
        *result.out.splitlines()[6:8],
        "        you did    the bias is missing: your z1 is x · W1  [bias_missing]",
        "",
        "  a1  not written yet",
        "  z2  not written yet",
    ]
    assert result.out.splitlines()[6].startswith("                   on trial numbers z1[0, 0] is then ")
    hint = chainrule("check", "course/01_forward.py", "--hint")
    assert hint.code == 1
    assert "bias" not in hint.out
    assert "term by term" in hint.out


def test_right_unwritten_and_unreadable_files_end_with_their_codes(chainrule, course):
    (course / "01_forward.py").write_text(CHAPTERS[0].solution, encoding="utf-8")
    (course / "02_softmax.py").write_text("# chainrule course: softmax\nprint 'a'\n", encoding="utf-8")
    assert chainrule("check", "course/01_forward.py").code == 0
    assert chainrule("check", "course/03_loss.py").code == 3
    result = chainrule("check", "course/02_softmax.py")
    assert result.code == 2
    assert result.out.splitlines() == [
        "02_softmax.py can't be read: line 2: Missing parentheses in call to 'print'. Did",
        "    you mean print(...)?",
        "    print 'a'",
    ]


def test_a_folder_is_marked_up_to_what_is_not_done(chainrule, course):
    for path in course.glob("0[4-9]*.py"):
        path.unlink()
    (course / "01_forward.py").write_text(CHAPTERS[0].solution, encoding="utf-8")
    text = CHAPTERS[2].solution.replace("return -np.sum", "return np.sum")
    (course / "03_loss.py").write_text(text, encoding="utf-8")
    result = chainrule("check", "course")
    assert result.code == 3
    assert result.out.splitlines() == [
        "01_forward.py  right",
        "02_softmax.py  not written yet",
        "03_loss.py     1 of 2, loss is wrong",
        "",
        "1 of 3 are done. The next one:",
        "",
        "02_softmax.py: 0 of 2 right",
        "",
        "  softmax   not written yet",
        "  classify  not written yet",
    ]
    (course / "02_softmax.py").write_text(CHAPTERS[1].solution, encoding="utf-8")
    (course / "03_loss.py").write_text(CHAPTERS[2].solution, encoding="utf-8")
    result = chainrule("check", "course")
    assert (result.code, result.out.splitlines()[-1]) == (0, "All 3 are right: the network is yours.")


def test_as_data(chainrule, course, folder):
    (course / "01_forward.py").write_text(CHAPTERS[0].solution.replace(" + b1", ""), encoding="utf-8")
    assert chainrule("check", "course/01_forward.py", "--format", "json", "--out", "told.json").code == 1
    [told] = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    assert (told["chapter"], told["unreadable"]) == ("forward", None)
    assert [(each["function"], each["state"], each["mistakes"]) for each in told["functions"]] == [
        ("z1", "wrong", ["bias_missing"]), ("a1", "right", []), ("z2", "right", []),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--lr", "0.1"], "--lr: a file of the course is checked by itself, without that."),
        (["--digits", "3", "--x", "1,2"], "--digits, --x: a file of the course is checked by itself, without that."),
        (["mine.npz"], "mine.npz is no file of the course: check it by itself."),
        (["--format", "html"], "--format html: a check is written as text or json."),
    ],
)  # fmt: skip
def test_what_does_not_go_with_it(words, message, refused, course):
    assert refused("check", "course/01_forward.py", *words) == message


def test_several_files_are_marked_in_the_order_of_the_course(chainrule, course):
    for chapter in CHAPTERS[:2]:
        (course / chapter.file).write_text(chapter.solution, encoding="utf-8")
    result = chainrule("check", "course/02_softmax.py", "course/01_forward.py")
    assert result.code == 0
    assert result.out.splitlines()[:2] == ["01_forward.py  right", "02_softmax.py  right"]


def test_a_folder_without_a_course(refused, folder):
    (folder / "other").mkdir()
    told = "other holds no file of the course: chainrule course writes a folder of them."
    assert refused("check", "other") == told


def test_in_letters_alone(chainrule, course, monkeypatch):
    (course / "01_forward.py").write_text(CHAPTERS[0].solution.replace(" + b1", ""), encoding="utf-8")
    chainrule("check", "course/01_forward.py", "--out", "told.txt")
    assert "z1 = x · W1 + b1" in (course.parent / "told.txt").read_text(encoding="utf-8")
