"""Learners of plain NumPy graded: errors carried forward, killed lines, named slips, rounding, and a class."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest
from sheet_learners import ETA, LINES, RULES, WEIGHTS, exercise, fill, softmax

import chainrule as cr
from chainrule.worksheets.grading import Grade
from thorough import count

SEEDS = range(6)


def states(grade: Grade) -> dict[tuple[str, Any], str]:
    return {(mark.name, mark.index): mark.state for mark in grade.marks}


@pytest.mark.some(4)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("rounded", "digits"), [(True, 3), (False, 3), (False, 5), (False, 9)])
def test_who_counts_rightly_gets_all_points(seed: int, rounded: bool, digits: int) -> None:
    made = exercise(seed)
    _, texts = fill(made.sheets[0], rounded=rounded, digits=digits)
    for carry in ("best", "never"):
        (grade,) = made.grade(texts, carry=carry)
        assert set(states(grade).values()) == {"right"}
        assert (grade.score, grade.line, grade.did) == (1, "", "")


@pytest.mark.parametrize(
    "how", [{"samples_as": "columns"}, {"reduction": "sum"}, {"digits": 4}, {"halves": "up"}]
)
def test_conventions(how: Any) -> None:
    made = exercise(2, **how)
    _, texts = fill(made.sheets[0], digits=how.get("digits", 3), total="reduction" in how)
    if "samples_as" in how:
        texts = {
            name: value if name == "L" else np.atleast_2d(np.array(value, object)).T.tolist()
            for name, value in texts.items()
        }
    (grade,) = made.grade(texts)
    assert set(states(grade).values()) == {"right"}


# What each slip makes of its line, written down from the catalogue's words.
SLIPS = {
    ("z1", "bias_missing"): lambda v: v["x"] @ v["W1"],
    ("z1", "bias_minus"): lambda v: v["x"] @ v["W1"] - v["b1"],
    ("a1", "activation_missing"): lambda v: v["z1"],
    ("L", "ce_no_minus"): lambda v: (v["y"] * np.log(v["a2"])).sum() / v["m"],
    ("dz2", "dz2_sign"): lambda v: (v["y"] - v["a2"]) / v["m"],
    ("dW2", "dW_from_z"): lambda v: v["z1"].T @ v["dz2"],
    ("dW2", "one_over_m_twice"): lambda v: v["a1"].T @ v["dz2"] / v["m"],
    ("db2", "db_sum_all"): lambda v: np.full(3, v["dz2"].sum()),
    ("da1", "da1_no_transpose"): lambda v: v["dz2"] @ v["W2"],
    ("dz1", "slope_skipped"): lambda v: v["da1"],
    ("dz1", "relu_slope_wrong"): lambda v: v["da1"] * (v["z1"] < 0),
    ("dW1", "dW1_from_da1"): lambda v: v["x"].T @ v["da1"],
    ("W1_new", "update_sign"): lambda v: v["W1"] + ETA * v["dW1"],
    ("b1_new", "bias_not_updated"): lambda v: v["b1"],
}  # fmt: skip


@pytest.mark.some(4)
@pytest.mark.parametrize(("line", "mistake"), SLIPS)
@pytest.mark.parametrize("rounded", [True, False])
def test_a_slip_is_named_and_what_follows_is_carried(line: str, mistake: str, rounded: bool) -> None:
    made = exercise(4)
    sheet = made.sheets[0]
    right, _ = fill(sheet, rounded=rounded)
    own, texts = fill(sheet, {line: SLIPS[line, mistake]}, rounded=rounded)
    (best,), (never,) = made.grade(texts), made.grade(texts, carry="never")
    assert best.line == line
    assert mistake in best.mistakes
    found = states(best)
    for (name, index), state in found.items():
        truth, mine = float(np.asarray(right[name])[index]), float(np.asarray(own[name])[index])
        apart = abs(mine - truth) > 0.03 * abs(truth) + 1e-6
        # A zero of the learner's own making, or a weight that it leaves in place, is worth nothing.
        idle = mine == 0 or (
            name in WEIGHTS and mine == np.asarray(sheet.record[name.removesuffix("_new")])[index]
        )
        if name == line:
            assert state in ("wrong", "right")
            assert state == "wrong" or not apart
        elif apart:
            assert state == ("killed" if idle else "carried"), (name, index)
        else:
            assert state in ("right", "killed" if idle else "carried"), (name, index)
    kept = [m for m in never.marks if never.scheme.score(m)]
    assert {m.state for m in kept} == {"right"}
    assert best.points >= never.points
    assert best.points - never.points == sum(state == "carried" for state in found.values())


def test_all_units_off_carries_nothing_on() -> None:
    made = exercise(1)
    (grade,) = made.grade(fill(made.sheets[0], {"z1": lambda v: -np.abs(RULES["z1"](v)) - 1})[1])
    found = states(grade)
    right, _ = fill(made.sheets[0])
    for name in ("a1", "dW2", "dz1", "dW1", "db1", "W1_new", "b1_new", "W2_new"):
        for index in np.ndindex(np.shape(right[name])):
            moved = (
                name not in WEIGHTS
                or right[name][index] != np.asarray(made.sheets[0].record[name[:-4]])[index]
            )
            alive = float(np.asarray(right[name])[index]) != 0 and moved
            assert found[name, index] == ("killed" if alive else "right"), (name, index)
    assert {found["z2", index] for index in np.ndindex(3, 3)} <= {"killed", "right"}  # it is b2 alone
    assert {found["da1", index] for index in np.ndindex(3, 3)} <= {"carried", "right"}  # dz2 is alive
    mark = next(mark for mark in grade.marks if mark.state == "killed")
    assert grade.feedback(mark) == "Your own z1 left nothing to count here, so no credit is carried on."


def test_a_zero_gradient_moves_no_weight() -> None:
    made = exercise(1)
    (grade,) = made.grade(fill(made.sheets[0], {"dz2": lambda v: np.zeros((3, 3))})[1])
    found = states(grade)
    for name in ("dW2", "db2", "da1", "dz1", "dW1", "db1", *WEIGHTS):
        assert {state for (line, _), state in found.items() if line == name} <= {"killed", "right"}, name


@pytest.mark.some(2)
@pytest.mark.parametrize("seed", SEEDS)
def test_one_number_off_is_found_and_no_other(seed: int) -> None:
    """A tenth more, in a single blank: no rounding explains it, so it never passes."""
    made = exercise(seed)
    right, texts = fill(made.sheets[0])
    rng = np.random.default_rng(seed)
    for name in LINES:
        cells = [i for i in np.ndindex(np.shape(right[name])) if np.asarray(right[name])[i] != 0]
        index = cells[int(rng.integers(len(cells)))]
        wrong = np.array(texts[name], dtype=object)
        wrong[index] = f"{1.1 * float(np.asarray(right[name])[index]):.8g}"
        found = states(made.grade({**texts, name: wrong.tolist()})[0])
        assert found[name, index] == "wrong", (name, index)
        assert {state for (line, at), state in found.items() if line == name and at != index} <= {"right"}


def test_a_unit_of_the_last_digit_is_rounding() -> None:
    made = exercise(3, ["z1", "a2", "dz2"])
    right, texts = fill(made.sheets[0])
    for name in ("z1", "a2"):
        for index in np.ndindex(3, 3):
            value = right[name][index]
            unit = 10.0 ** (np.floor(np.log10(abs(value))) - 2) if value else 0.0
            moved = np.array(texts[name], dtype=object)
            moved[index] = f"{value + unit:.3g}"
            assert states(made.grade({name: moved.tolist()})[0])[name, index] == "right", (name, index)
            moved[index] = f"{value + 30 * unit:.3g}"
            if value:
                assert states(made.grade({name: moved.tolist()})[0])[name, index] == "wrong", (name, index)


def test_too_few_digits_tell_too_little() -> None:
    net = cr.worked_example()
    made = net.trace(net.x, net.y).exercise("dz1")  # 0, 1.37, 0.857
    found = made.grade({"dz1": ["0", "1.4", "0.9"]})[0]
    assert [mark.state for mark in found.marks] == ["right", "right", "too few digits"]
    assert found.feedback(found.marks[2]) == "Too few digits to tell: round to 3 significant digits."
    assert [m.state for m in made.grade({"dz1": ["0", "1", "1"]})[0].marks] == ["right", "wrong", "wrong"]


def test_empty_and_unreadable_blanks() -> None:
    net = cr.worked_example()
    made = net.trace(net.x, net.y).exercise("dz1")
    (grade,) = made.grade({"dz1[0, 0]": "", "dz1[0, 1]": "1,37 km", "dz1_0_2": "0,857"})
    assert [mark.state for mark in grade.marks] == ["empty", "unread", "right"]
    assert [grade.feedback(mark) for mark in grade.marks] == [
        "Not answered.", "'1,37 km' can't be read: it holds more than a number.", "Right.",
    ]  # fmt: skip
    (grade,) = made.grade({"dz1": [["0"], ["1.37"], ["0.857"]]})
    assert grade.feedback(grade.marks[0]).endswith("it has the shape (3, 1), and dz1 is (1, 3).")


@pytest.mark.parametrize("text", ["9" * 100_000, "9 " * 100_000, "x" * 100_000])
def test_a_long_answer_is_told_in_few_words(text: str) -> None:
    made = cr.worked_example().trace([[1, 1], [0, 1]], [0, 1]).exercise("dz1")
    grades = made.grade([{"learner": text, "dz1[0, 0]": text}, {"learner": "b"}])
    assert max(map(len, grades.to_text().splitlines())) < 200
    (grade,) = made.grade({"dz1[0, 0]": text})
    assert len(made.grade({"dz1[0, 0]": text}).to_text()) < 2000
    assert grade.feedback(grade.marks[0]).startswith(f"{text[:58]!r}"[:-1])


def test_points_and_feedback() -> None:
    net = cr.worked_example()
    made = net.trace(net.x, net.y).exercise(["da1", "dz1"])
    mine = {"da1": ["-1.20", "1.37", "0.857"], "dz1": ["-1.20", "1.37", "0.857"]}
    (grade,) = made.grade(mine, points={"dz1": 2, "dz1[0,0]": 4})
    assert (grade.points, grade.possible) == (7, 11)
    assert grade.mistakes[0] == "slope_skipped"
    hint = "A gradient that goes back through a function is multiplied by something: by what, and at which number?"
    assert grade.feedback(grade.marks[3]) == f"Not right. {hint}"
    (told,) = made.grade(mine, answers=True)
    assert told.feedback(told.marks[3]) == (
        f"Not right. {hint} What was done: the slope of the activation is missing. Right is 0."
    )
    assert grade.did.startswith("the slope of the activation is missing")


def test_a_class_is_quick_and_stays_in_order() -> None:
    made = exercise(7, series=2)
    rng = np.random.default_rng(0)
    learners = []
    for number in range(count(100)):
        sheet = int(rng.integers(2))
        line, mistake = list(SLIPS)[int(rng.integers(len(SLIPS)))]
        _, texts = fill(made.sheets[sheet], {line: SLIPS[line, mistake]})
        learners.append({"name": f"learner {number}", "sheet": sheet + 1, **texts})
    start = time.process_time()  # of this process alone: others keep the machine busy
    grades = made.grade(learners)
    assert time.process_time() - start < 0.075 * len(learners)
    assert [(g.learner, g.sheet.number) for g in grades] == [
        (each["name"], each["sheet"]) for each in learners
    ]
    rows = grades.to_csv().splitlines()
    assert len(rows) == len(learners) + 1
    assert len(json.loads(json.dumps(grades.to_dict()))["grades"]) == len(learners)
    assert str(grades).splitlines()[-1].startswith(f"{len(learners)} learners, ")


def test_otter_reads_each_case() -> None:
    """The fields that Otter Grader 7.0.0 reads in otter/test_files/__init__.py, GradingResults.from_ottr_json."""
    made = exercise(0, ["dz1", "L"])
    _, texts = fill(made.sheets[0], {"dz1": lambda v: v["da1"]})
    (grade,) = grades = made.grade({name: texts[name] for name in ("dz1", "L")}, points={"L": 3})
    files = json.loads(json.dumps(grades.to_otter()))["test_file_results"]
    total = 0.0
    for file in files:
        assert set(file) == {"filename", "points", "test_case_results"}
        for result in file["test_case_results"]:
            case = result["test_case"]
            assert set(case) == {"name", "code", "hidden", "points", "success_message", "failure_message"}
            assert isinstance(case["points"], float)
            assert result["passed"] == (result["error"] is None) == (case["failure_message"] is None)
            total += case["points"] * result["passed"]
    assert [file["filename"] for file in files] == ["L", "dz1"]
    assert total == grade.points < grade.possible == 12


def test_softmax_of_the_learners_is_a_distribution() -> None:
    assert softmax(np.array([[1.0, 2.0, 3.0]])).sum() == pytest.approx(1)


def test_nonsense() -> None:
    made = exercise(0, ["dz1"], series=2)
    with pytest.raises(cr.errors.InputError) as caught:
        made.grade({"name": "Ada", "dz1[0, 0]": 1})
    assert str(caught.value) == 'Ada gives no sheet number: there are 2. Give one, as "sheet".'
    with pytest.raises(cr.errors.InputError) as caught:
        made.grade({"name": "Ada", "sheet": 3, "dz1[0, 0]": 1})
    assert str(caught.value) == "Ada gives the sheet 3: there are 1 to 2."
    with pytest.raises(cr.errors.InputError) as caught:
        made.grade({"sheet": 1, "dz1[0, 0]": 1}, carry="some")
    assert str(caught.value) == "carry = 'some': it is 'best' or 'never'."
    with pytest.raises(cr.errors.InputError) as caught:
        made.grade({"sheet": 1, "dz1[0, 0]": 1}, points={"dz1": -1})
    assert str(caught.value) == "points of dz1 = -1: give a number from 0 on."
    with pytest.raises(cr.errors.InputError) as caught:
        made.grade([])
    assert str(caught.value) == 'there are no answers: give at least one, such as {"dz1[0, 1]": 0.857}.'
    with pytest.raises(cr.errors.KindError) as caught:
        made.grade(7)
    assert (
        str(caught.value) == '7 is no dict of answers: give {"dz1[0, 1]": 0.857, …}, or a list of such dicts.'
    )
