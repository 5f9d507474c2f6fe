"""Grades as Otter Grader's results: a test for each line, and a case for each of its blanks, all of them marked.

The document is the one that its clients hand over, and that `otter.test_files.GradingResults.from_ottr_json` reads:
per case a name, points, hidden, a message of success and one of failure, and whether it passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainrule.notation import entry_text
from chainrule.worksheets.grading.grades import Grade
from chainrule.worksheets.grading.marking import Mark


def results(grades: Sequence[Grade]) -> dict[str, Any]:
    """The results of one learner, or of several, by name."""
    if len(grades) == 1:
        return _results(grades[0])
    seen: dict[str, Any] = {}
    for number, grade in enumerate(grades, 1):
        name = grade.learner or str(number)
        seen[name if name not in seen else f"{name} ({number})"] = _results(grade)  # two may have one name
    return seen


def _results(grade: Grade) -> dict[str, Any]:
    lines: dict[str, list[Mark]] = {}
    for mark in grade.marks:
        lines.setdefault(mark.name, []).append(mark)
    return {
        "test_file_results": [
            {"filename": name, "points": None, "test_case_results": [_case(grade, mark) for mark in marks]}
            for name, marks in lines.items()
        ]
    }  # fmt: skip


def _case(grade: Grade, mark: Mark) -> dict[str, Any]:
    passed, said = bool(grade.scheme.score(mark)), grade.feedback(mark)
    answer = "nothing" if mark.written is None else mark.written.text
    return {
        "passed": passed,
        "error": None if passed else f"Your answer is {answer}.",
        "test_case": {
            "name": entry_text(mark.name, mark.index),
            "code": "",
            "points": grade.scheme.of(mark),
            "hidden": False,
            "success_message": said if passed else None,
            "failure_message": None if passed else said,
        },
    }
