"""The text of a walk-through is true: every page is read back and counted again.

`reader` is written apart from the package: it reads what is printed, as a person with a calculator does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import chainrule as cr
import reader
from reader import Checker, Count, Unreadable, Untrue

PARAMETERS = {
    "W1": [[-0.6, 0.6, 0.4], [-0.6, 0.7, 0.5]],
    "b1": [0.3, 0.5, 0.3],
    "W2": [[-0.7, 0.7], [0.8, -0.8], [0.5, -0.5]],
    "b2": [-0.4, 0.4],
}
FOUR = [[0.5, 0.5], [1, -1], [-1, -0.5], [2, 1]]
LABELS = [1, 0, 1, 0]
SGD = cr.SGD(0.01)
_SETTING = re.compile(r"[ηβεμργλ]\d? = (\d[\d.]*(?:e[+-]\d+)?)")


# --- one page against its trace ---------------------------------------------------------------------------


def check_page(text: str, trace: cr.Trace, digits: int | None = None) -> Count:
    """Read a page and check all of it: heading, titles, numbers of steps, equations and remarks."""
    page = reader.read(text)
    found = set(_SETTING.findall(" ".join(page.heading)))
    checker = Checker(
        dict(trace),
        found | {format(Decimal(text).normalize(), "f") for text in found},
        digits,
        single=trace.network.dtype == np.float32,
    )
    _heading(page.heading, trace, digits)
    count = checker.check(page.equations)
    _complete(page, trace)
    _remarks(page.remarks, trace, digits)
    return count


def _heading(heading: list[str], trace: cr.Trace, digits: int | None) -> None:
    network = trace.network
    parts = re.split(r"\s{4,}", heading[0])
    shapes = [p.shape for name, p in network.parameters.items() if name.startswith("W")]
    wanted = [str(shapes[0][0])] + [str(shape[1]) for shape in shapes]
    if re.findall(r"(?<!\S)\d+(?!\S)", parts[0]) != wanted:
        raise Untrue(f"the heading tells widths {parts[0]!r}, they are {wanted}")
    last = f"by hand, {digits} digits" if digits else "exact, 6 decimals"
    if parts[-1] != last:
        raise Untrue(f"the heading tells {parts[-1]!r}, it is {last!r}")
    if trace.optimizer is not None:
        told = [float(n) for n in _SETTING.findall(heading[0])]
        if told != [float(v) for v in trace.optimizer.scalars().values()]:
            raise Untrue(f"the heading tells {told}, the optimizer is {trace.optimizer}")
        step = re.search(r", step (\d+)", heading[0])
        if int(step[1] if step else 1) != trace.step_number:
            raise Untrue(f"the heading tells step {step and step[1]}, it is {trace.step_number}")
    changes = [line for line in heading if line.startswith("What if ")]
    if [line[8:] for line in changes] != ([_put_in(trace.replaced)] if trace.replaced else []):
        raise Untrue(f"the heading tells {changes}, put in was {trace.replaced}")
    heading = [line for line in heading if line not in changes]
    for line in heading[2:]:
        for number in re.findall(r"(?<![A-Za-z\d])\d+", line):
            if int(number) != digits:
                raise Untrue(f"the heading tells {line!r}")
    samples = heading[1]
    if trace.samples > 1:
        enters = f"; every gradient is the mean over them: the 1/{trace.samples} enters once, "
        enters += f"at d{trace.program.output}"
        wanted = f"{trace.samples} samples, one a row{enters if 'L' in trace else ''}."
        if samples != wanted:
            raise Untrue(f"the heading tells {samples!r}, there are {trace.samples} samples")
        return
    for name, inside in re.findall(r"(\w+) = \[([^\]]*)\]", samples):
        side = ("matrix", [reader.cells_of(inside)])
        for text, kept in reader.beside(reader.grid(side), np.atleast_2d(trace[name])):
            if reader.rounds_to(kept, text) is False:
                raise Untrue(f"the heading tells {name} = {text}, it is {kept}")
    if (lone := re.search(r"y = (\d+) at class (\d+), otherwise 0$", samples)) and not np.array_equal(
        trace["y"][0], int(lone[1]) * np.eye(trace["y"].shape[1])[int(lone[2])]
    ):
        raise Untrue(f"the heading tells {lone[0]!r}, y is {trace['y'][0]}")
    label = re.search(r"label (\d+) \(classes (\d+)(?:,| to) (\d+)\)", samples)
    if label is not None and (int(label[1]), int(label[2]), int(label[3])) != (
        trace["y"][0].argmax(),
        0,
        trace["y"].shape[1] - 1,
    ):
        raise Untrue(f"the heading tells {label[0]!r}, y is {trace['y'][0]}")


def _put_in(replaced: Any) -> str:
    """What was put in, as the heading names it: single numbers alone are put in here."""
    return ", ".join(f"{name} = {new:g}" for name, new in replaced.items())


def _complete(page: reader.Page, trace: cr.Trace) -> None:
    """Every quantity is told once, the steps are counted, the gradients too."""
    told = [e.name for e in page.equations if e.index is None]
    if len(set(told)) != len(told):
        raise Untrue("a quantity is told twice")
    silent = {n for n in trace.program.quantities if re.fullmatch(r"d?(top|shift)\d+|l", n)}
    missing = [n for n in trace.program.quantities if n not in told and n not in silent]
    if missing:
        raise Untrue(f"not told: {missing}")
    steps = [int(t.split()[1]) for t in page.titles if t.startswith("Step")]
    if steps != list(range(1, len(steps) + 1)):
        raise Untrue(f"the steps are counted {steps}")
    sections = [t for t in page.titles if not t.startswith("Step")]
    wanted = [
        "FORWARD",
        *(["LOSS", "BACKWARD"] if "L" in trace else []),
        *(["UPDATE"] if trace.optimizer else []),
    ]
    if sections != wanted:
        raise Untrue(f"the sections are {sections}")
    gradients = [e for e in page.equations if e.number]
    step = len(trace.network.layers) + 1
    if [e.number for e in gradients] != [f"{step}.{i}" for i in range(1, len(gradients) + 1)]:
        raise Untrue(f"the gradients are counted {[e.number for e in gradients]}")
    if [e.name for e in gradients] != [n for n in told if trace.program.quantities[n].section == "backward"]:
        raise Untrue("a gradient has no number")


def _remarks(remarks: list[str], trace: cr.Trace, digits: int | None) -> None:
    number = r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?"
    after = trace.after()
    for remark in remarks:
        if match := re.fullmatch(
            r"(\d+) of (\d+) samples have the right class(?:; wrong: ([\d, ]+)(?:, …)?)?"
            r"(?:; decided by rounding: ([\d, ]+))?",
            remark,
        ):
            y, a = trace["y"], trace[trace.program.output]
            right = a.argmax(1) == y.argmax(1) if y.shape[1] > 1 else (a[:, 0] > 0.5) == (y[:, 0] > 0.5)
            wrong = [int(i) for i in (match[3] or "").replace(",", " ").split()]
            if (int(match[1]), int(match[2])) != (right.sum(), len(right)):
                raise Untrue(remark)
            if wrong != np.flatnonzero(~right).tolist()[: len(wrong)]:
                raise Untrue(remark)
            top = np.sort(np.concatenate([a, 0 * a[:, :1] + 0.5], axis=1) if a.shape[1] == 1 else a, axis=1)
            for i in [int(i) for i in (match[4] or "").replace(",", " ").split()]:
                if not 0 < top[i, -1] - top[i, -2] < 1e-13:
                    raise Untrue(remark)
        elif match := re.fullmatch(
            r"(\d+) of (\d+) labels are right(?:; wrong: ((?:y\[\d+, \d+\](?:, )?)+)(?:…)?)?", remark
        ):
            right = (trace[trace.program.output] > 0.5) == (trace["y"] > 0.5)
            labels = [(int(i), int(j)) for i, j in re.findall(r"y\[(\d+), (\d+)\]", match[3] or "")]
            if (int(match[1]), int(match[2])) != (right.sum(), right.size):
                raise Untrue(remark)
            if labels != [tuple(at) for at in np.argwhere(~right).tolist()][: len(labels)]:
                raise Untrue(remark)
        elif match := re.fullmatch(
            rf"The same (?:sample now gives|(\d+) samples now give) L = ({number}) "
            rf"\(was ({number})\)(, counted exactly)?(?:, both with (.*))?\.",
            remark,
        ):
            assert after is not None
            if (match[5] or "") != _put_in(after.replaced):
                raise Untrue(remark)
            pairs = [(match[2], after.loss), (match[3], trace.loss)]
            if any(reader.rounds_to(value, text) is False for text, value in pairs):
                raise Untrue(remark)
            if int(match[1] or 1) != trace.samples or bool(match[4]) != bool(digits):
                raise Untrue(remark)
        elif match := re.fullmatch(
            rf"The right class, (\d+), gets (\w+)\[0, (\d+)\] = ({number}) \(was ({number})\)\.", remark
        ):
            assert after is not None
            name, place = match[2], (0, int(match[3]))
            if name != trace.program.output or not int(match[1]) == place[1] == trace["y"][0].argmax():
                raise Untrue(remark)
            pairs = [(match[4], after[name][place]), (match[5], trace[name][place])]
            if any(reader.rounds_to(value, text) is False for text, value in pairs):
                raise Untrue(remark)
        elif match := re.fullmatch(
            rf"(\w+(?:\[[\d, ]+\])?) is held at ({number}): no gradient passes through its rule\.", remark
        ):
            if match[1] not in trace.held or reader.rounds_to(trace.held[match[1]], match[2]) is False:
                raise Untrue(remark)
        elif match := re.fullmatch(r"frozen, so it stays put: (.+)", remark):
            if match[1].split(", ") != [n for n in trace.network.parameters if f"{n}_new" not in trace]:
                raise Untrue(remark)
        else:
            raise Unreadable(remark)


def same_everywhere(text: str) -> None:
    """No line is wider than 80 columns or ends in a space, and no tabs."""
    for line in text.split("\n"):
        assert len(line) <= 80, line
        assert line == line.rstrip()
        assert "\t" not in line


# --- the pages --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A page to make: how, by which arithmetic, and how many equations are at least evaluated on it."""

    make: Callable[[], cr.Trace]
    least: int
    digits: int | None = None

    def page(self) -> tuple[cr.Trace, str]:
        trace = self.make()
        if self.digits is None:
            return trace, trace.explain().to_text()
        return trace, trace.explain(arithmetic="by_hand", digits=self.digits).to_text()


def example(optimizer: Any = SGD, x: Any = (0.5, 0.5), y: Any = 1, **settings: Any) -> cr.Trace:
    return cr.Network([2, 3, 2], parameters=PARAMETERS, **settings).trace(list(x), y, optimizer)


def third_step(network: cr.Network, optimizer: Any) -> cr.Trace:
    steps = network.steps(
        np.array(FOUR), np.array(LABELS), epochs=3, batch_size=4, optimizer=optimizer, seed=0
    )
    return list(steps)[-1]


def deep() -> cr.Network:
    network = cr.Network(
        [
            cr.Standardize([1, 2], [0.5, 2]), cr.Dense(2, 3), cr.Tanh(), cr.Dense(3, 4), cr.ReLU(), cr.Dense(4, 2),
            cr.Softmax(),
        ],
        loss=cr.CrossEntropy(), seed=1,
    )  # fmt: skip
    network.freeze("b1", "W2")
    return network


def mish(z: Any) -> Any:
    return z * np.tanh(np.log1p(np.exp(z)))


def mnist_like(samples: int = 1) -> cr.Trace:
    network = cr.Network([784, 128, 10], dtype="float32", seed=0)
    pixel = np.arange(784)
    x = (pixel * 37 % 101) / 100 * (pixel % 3 > 0)
    return network.trace(np.stack([x, 1 - x, x * x])[:samples], [3, 1, 4][:samples], cr.Adam(0.001))


OWN: dict[str, Callable[[Any], Any]] = {
    "leaky": lambda z: np.where(z > 0, z, 0.1 * z),
    "exponential": lambda z: np.where(z > 0, z, np.expm1(z)),
    "soft sign": lambda z: z / (1 + np.abs(z)),
    "cube": lambda z: z**3,
    "root": lambda z: np.sqrt(z * z + 1) - 1,
    "sine": lambda z: z + np.sin(z),
    "centred": lambda z: z - z.mean(axis=1, keepdims=True),
    "top taken off": lambda z: z - z.max(axis=1, keepdims=True),
    "times the sum": lambda z: z.sum(axis=1, keepdims=True) * z,
    "of length one": lambda z: z / np.sqrt((z * z).sum(axis=1, keepdims=True) + 1e-5),
}
BOTH = [[0, 1], [1, 1], [0, 0], [1, 0]]


def dusty(x: Any = ((1, -3), (3, -1), (0.5, 0.5)), dtype: str = "float64", **how: Any) -> cr.Trace:
    """Sums that are 0 but for rounding: 0.3 × 1 - 0.1 × 3 is 5.55e-17, and 0.1 × 3 - 0.3 as well."""
    parameters = {"W1": [[0.3, 0.1, 0.4], [0.1, 0.3, -0.4]], "W2": [[0.5, -0.25], [1, 2], [-0.75, 0.3]]}
    return cr.Network([2, 3, 2], parameters=parameters, dtype=dtype, **how).trace(
        np.array(x), np.arange(len(x)) % 2, SGD
    )


def same_samples(layer: Any, hidden: Any) -> cr.Trace:
    """Normalized, a bias before it has a gradient of 0."""
    network = cr.Network([cr.Dense(2, 3), layer, hidden, cr.Dense(3, 2), cr.Softmax()], seed=2)
    return network.trace(np.array(FOUR) / 3, LABELS, SGD)


CASES: dict[str, Case] = {
    "worked example": Case(example, 36),
    "by hand": Case(example, 36, 3),
    "by hand, 4 digits": Case(example, 36, 4),
    "batch of four": Case(lambda: example(x=FOUR, y=LABELS), 40),
    "batch of four by hand": Case(lambda: example(x=FOUR, y=LABELS), 40, 3),
    "Adam": Case(lambda: example(cr.Adam(0.001)), 65),
    "Adam by hand": Case(lambda: example(cr.Adam(0.001)), 65, 3),
    "Adam, step 3": Case(
        lambda: third_step(cr.Network([2, 3, 2], parameters=PARAMETERS), cr.Adam(0.001)), 65
    ),
    "Adam, step 3 by hand": Case(
        lambda: third_step(cr.Network([2, 3, 2], parameters=PARAMETERS), cr.Adam(0.001)), 65, 3
    ),
    "Momentum": Case(lambda: example(cr.Momentum(0.01)), 42),
    "Momentum, step 3": Case(
        lambda: third_step(cr.Network([2, 3, 2], parameters=PARAMETERS), cr.Momentum(0.01)), 42
    ),
    "tanh": Case(lambda: example(hidden="tanh"), 36),
    "tanh by hand": Case(lambda: example(hidden="tanh"), 36, 3),
    "tanh, four samples": Case(lambda: example(hidden="tanh", x=FOUR, y=LABELS), 36),
    "sigmoid with cross-entropy": Case(lambda: example(hidden="sigmoid", output="sigmoid", y=[[0, 1]]), 34),
    "sigmoid by hand": Case(lambda: example(output="sigmoid", y=[[0, 1]]), 34, 3),
    "sigmoid, four samples": Case(lambda: example(output="sigmoid", x=FOUR, y=BOTH), 34),
    "one sigmoid output": Case(
        lambda: cr.Network([2, 3, 1], output="sigmoid", seed=1).trace(FOUR, [[1], [0], [1], [0]], SGD), 34
    ),
    "mean squared error": Case(
        lambda: example(output="identity", loss="mean_squared_error", y=[[0.2, 0.8]]), 28
    ),
    "mean squared error, four samples": Case(
        lambda: example(output="identity", loss="mean_squared_error", x=FOUR, y=FOUR), 28
    ),
    "half squared error": Case(
        lambda: example(output="identity", loss="half_squared_error", y=[[0.2, 0.8]]), 28
    ),
    "half squared error by hand": Case(
        lambda: example(output="identity", loss="half_squared_error", x=FOUR, y=FOUR), 28, 3
    ),
    "own function": Case(lambda: example(hidden=mish), 36),
    "own function, four samples": Case(lambda: example(hidden=lambda z: mish(z), x=FOUR, y=LABELS), 36),
    "own function by hand": Case(lambda: example(hidden=mish), 36, 3),
    **{
        f"own function, {name}": Case(lambda rule=rule: example(hidden=rule, x=FOUR, y=LABELS), 36)
        for name, rule in OWN.items()
    },
    "scaled, deep, frozen": Case(lambda: third_step(deep(), cr.Adam(0.001)), 80),
    "scaled, deep, frozen by hand": Case(lambda: third_step(deep(), cr.Adam(0.001)), 80, 3),
    "forward only": Case(lambda: deep().trace(FOUR), 16),
    "forward only, one sample": Case(lambda: deep().trace(FOUR[:1]), 16),
    "dust": Case(dusty, 40),
    "dust, one sample": Case(lambda: dusty([[1, -3]]), 30),
    "dust in float32": Case(lambda: dusty(dtype="float32"), 40),
    "dust, leaky": Case(lambda: dusty(hidden=OWN["leaky"]), 40),
    "held": Case(lambda: example(x=FOUR, y=LABELS).what_if({"a1[1, 1]": 0, "a1[2, 0]": 0.5, "L": 2}), 40),
    "held by hand": Case(lambda: example(x=FOUR, y=LABELS).what_if({"a1[1, 1]": 0, "z2[3, 1]": 0.5}), 40, 3),
    "held, softmax": Case(lambda: example(x=FOUR, y=LABELS).what_if({"e2[1, 1]": 2, "a2[3, 0]": 0.5}), 40),
    "held, softmax by hand": Case(lambda: example(x=FOUR, y=LABELS).what_if({"a2[3, 0]": 0.5}), 40, 3),
    "held, losses": Case(lambda: example(x=FOUR, y=LABELS).what_if({"log_a2[0, 1]": -2, "l[2]": 0.5}), 40),
    "784-128-10": Case(mnist_like, 60),
    "784-128-10, three samples": Case(lambda: mnist_like(3), 60),
    "784-128-10 by hand": Case(mnist_like, 50, 3),
}


@cache
def made(name: str) -> tuple[cr.Trace, str]:
    return CASES[name].page()


@pytest.mark.parametrize("name", CASES)
def test_what_a_page_says_is_so(name: str) -> None:
    trace, text = made(name)
    same_everywhere(text)
    count = check_page(text, trace, CASES[name].digits)
    assert count.by_names + count.with_numbers >= CASES[name].least, count
    assert count.by_names >= 9
    assert count.with_numbers >= 8
    assert count.results >= 25


def test_both_relations_occur_and_are_judged() -> None:
    for name in ("worked example", "by hand", "batch of four"):
        trace, text = made(name)
        count = check_page(text, trace, CASES[name].digits)
        assert count.near == text.count(" ≈ ") >= 4
        assert count.exact >= 10


# --- the reader itself is not blind -----------------------------------------------------------------------


def caught(text: str, trace: cr.Trace, digits: int | None) -> bool:
    try:
        check_page(text, trace, digits)
    except (Untrue, Unreadable):
        return True
    return False


@pytest.mark.parametrize("name", ["worked example", "by hand", "batch of four"])
def test_any_one_wrong_digit_is_caught(name: str) -> None:
    trace, text = made(name)
    digits = CASES[name].digits
    assert not caught(text, trace, digits)
    missed = []
    spans = [(0, text.index("FORWARD")), *_equations(text)]
    digit = re.compile(r"(?<![A-Za-z\d_])(?<![A-Za-z]\d)\d|(?<=[\d.])\d")
    places = [m.start() for a, b in spans for m in digit.finditer(text, a, b)]
    assert len(places) > 500
    for place in places[::3]:
        other = str((int(text[place]) + 1) % 10)
        if not caught(text[:place] + other + text[place + 1 :], trace, digits):
            line = text.rfind("\n", 0, place) + 1
            missed.append(text[line : text.find("\n", place)] + f"   [{text[place]} → {other}]")
    assert missed == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("z1[0, 0] and z1[1, 1] are 0 but for rounding", "z1[1, 1] is 0 but for rounding"),
        ("z1[0, 0] and z1[1, 1] are 0 but for rounding", "z1[0, 0] and z1[1, 0] are 0 but for rounding"),
        ("; z1[1, 1] > 0 is decided by rounding", ""),
        ("z1[1, 1] > 0 is decided by rounding", "z1[0, 0] > 0 is decided by rounding"),
        ("     ≈ ⎢ 0.8           5.55112e-17", "     = ⎢ 0.8           5.55112e-17"),
        ("Σ over the samples", "0 but for rounding"),
    ],
)
def test_wrong_words_about_rounding_are_caught(old: str, new: str) -> None:
    trace, text = made("dust")
    assert old in text
    assert caught(text.replace(old, new.rjust(len(old)), 1), trace, None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("What if a1[1, 1] = 0, a1[2, 0] = 0.5", "What if a1[1, 1] = 0, a1[2, 0] = 0.4"),
        ("both with a1[1, 1] = 0", "both with a1[1, 2] = 0"),
        ("L is held at 2", "L is held at 3"),
        ("da1_passed = da1 ⊙ free_a1", "da1_passed = da1"),
    ],
)
def test_wrong_words_about_what_is_held_are_caught(old: str, new: str) -> None:
    trace, text = made("held")
    assert old in text
    assert caught(text.replace(old, new, 1), trace, None)


def test_a_gradient_that_goes_on_where_it_ends_is_caught() -> None:
    trace, text = made("held by hand")
    assert "dz1 = da1_passed ⊙" in text
    assert caught(text.replace("dz1 = da1_passed ⊙", "dz1 = da1 ⊙", 1), trace, 3)


@pytest.mark.parametrize("name", ["worked example", "by hand", "batch of four", "Adam", "sigmoid by hand"])
def test_a_swapped_relation_is_caught(name: str) -> None:
    trace, text = made(name)
    digits = CASES[name].digits
    places = [p for a, b in _equations(text) for p in range(a, b) if text[p - 1 : p + 2] in (" = ", " ≈ ")]
    places = [p for p in places if "now give" not in (line := _line(text, p)) and "(was" not in line]
    assert len(places) > 40
    missed = [
        _line(text, p)
        for p in places
        if not caught(text[:p] + {"=": "≈", "≈": "="}[text[p]] + text[p + 1 :], trace, digits)
    ]
    # Where the printed numbers give just the middle between two printed numbers, both signs are so.
    assert len(missed) == check_page(text, trace, digits).ties, missed


def _line(text: str, place: int) -> str:
    return text[text.rfind("\n", 0, place) + 1 : text.find("\n", place) if "\n" in text[place:] else None]


def _equations(text: str) -> Iterator[tuple[int, int]]:
    """Where the lines with equations begin and end, without the remarks at the right."""
    at = text.index("FORWARD")
    for line in text[at:].split("\n"):
        note = re.search(r"(?<=\S)\s{3,}[^⎡⎢⎣⎤⎥⎦⎛⎜⎝⎞⎟⎠\[\]]+$", line)
        yield at, at + (note.start() if note else len(line))
        at += len(line) + 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("z1 = x · W1 + b1", "z1 = x · W1 - b1"),
        ("dW2 = a1ᵀ · dz2", "dW2 = a2ᵀ · dz2"),
        ("da1 = dz2 · W2ᵀ", "da1 = dz1 · W2ᵀ"),
        ("W1_new = W1 - η dW1", "W1_new = W1 + η dW1"),
        ("a2 ⊙ (da2 - Σ da2 ⊙ a2)", "a2 ⊙ (da2 - Σ da2 ⊙ a1)"),
        ("1{z1 > 0}", "1{z1 < 0}"),
        ("a1 = max(0, z1)", "a1 = min(0, z1)"),
        ("⊙ [0  1  1]", "⊙ [1  1  1]"),
        ("⎡-0.6  0.6  0.4⎤", "⎡-0.6  0.4  0.6⎤"),
        ("max(0, 1.15)", "max(0, 0.75)"),
        ("  5.4  db2 = dz2 = [0.856927  -0.856927]\n", ""),
        ("Step 6", "Step 7"),
        ("label 1", "label 0"),
    ],
)
def test_a_wrong_formula_is_caught(old: str, new: str) -> None:
    trace, text = made("worked example")
    assert old in text
    assert caught(text.replace(old, new, 1), trace, None)


def test_what_is_no_formula_is_not_skipped() -> None:
    trace, text = made("worked example")
    for line in ("  and so on", "  z9 : 0.5", "                 ⎡0.5⎤", "STEP 9"):
        assert caught(text.replace("\nLOSS\n", f"\n{line}\nLOSS\n", 1), trace, None), line


def test_rounding_is_judged_as_it_is_printed() -> None:
    assert reader.rounds_to(Decimal("0.6855421"), "0.685542") is True
    assert reader.rounds_to(Decimal("0.6855426"), "0.685542") is False
    assert reader.rounds_to(Decimal("0.6855425"), "0.685542") is None
    assert reader.rounds_to(Decimal("0.00000042812"), "4.2812e-07") is True
    assert reader.rounds_to(Decimal("0.00000042812"), "4.28e-07") is False
    assert reader.rounds_to(Decimal("1e-17"), "0") is False


# --- any small network ------------------------------------------------------------------------------------


class Drawn:
    """A trace with a short repr: hypothesis would write all of its arrays."""

    def __init__(self, trace: cr.Trace) -> None:
        self.trace = trace

    def __repr__(self) -> str:
        return f"{self.trace!r} of {self.trace['x'].tolist()}"


@st.composite
def traces(draw: st.DrawFn, places: int) -> Drawn:
    """A step of a small network whose parameters and inputs have so many decimals."""
    widths = draw(st.lists(st.integers(1, 7), min_size=2, max_size=5))
    output, loss = draw(
        st.sampled_from([("softmax", "cross_entropy"), ("sigmoid", "cross_entropy"), ("identity", "mean_squared_error"),
                         ("identity", "half_squared_error"), ("tanh", "mean_squared_error")])
    )  # fmt: skip
    if output == "softmax":
        widths[-1] = max(2, widths[-1])
    hidden = draw(st.sampled_from(["relu", "tanh", "sigmoid", mish]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    zeros = draw(st.sampled_from([0, 0.3]))

    def numbers(*shape: int, decimals: int = places) -> Any:
        whole = rng.integers(-2 * 10**decimals, 2 * 10**decimals, shape, endpoint=True)
        return np.where(rng.random(shape) < zeros, 0, whole / 10**decimals)

    parameters: dict[str, Any] = {}
    for i, (a, b) in enumerate(pairwise(widths), 1):
        scale = 1 if a < 3 else 0.5  # so that no output is 1 - 1e-9, as sums of many large terms make it
        parameters |= {f"W{i}": np.round(numbers(a, b) * scale, places), f"b{i}": numbers(b)}
    network = cr.Network(widths, hidden=hidden, output=output, loss=loss, parameters=parameters)
    samples = draw(st.integers(1, 5))
    X = numbers(samples, widths[0], decimals=min(places, 2))
    y: Any
    if output == "softmax":
        y = rng.integers(0, widths[-1], samples)
    elif output == "sigmoid":
        y = rng.integers(0, 2, (samples, widths[-1]))
    else:
        y = numbers(samples, widths[-1], decimals=1)
    optimizer = draw(st.sampled_from([cr.SGD(0.05), cr.Momentum(0.01), cr.Adam(0.001)]))
    return Drawn(network.trace(X, y, optimizer))


@settings(deadline=None, max_examples=100)
@given(traces(places=8))
def test_any_exact_page_is_true(drawn: Drawn) -> None:
    trace = drawn.trace
    text = trace.explain().to_text()
    same_everywhere(text)
    count = check_page(text, trace)
    assert count.by_names + count.with_numbers >= 14


@settings(deadline=None, max_examples=100)
@given(traces(places=1))
def test_any_page_of_few_decimals_says_what_is_rounding(drawn: Drawn) -> None:
    """Where numbers have one decimal, sums are often 0, and floats seldom."""
    trace = drawn.trace
    text = trace.explain().to_text()
    same_everywhere(text)
    check_page(text, trace)


@settings(deadline=None, max_examples=60)
@given(traces(places=2), st.integers(2, 5))
def test_any_page_by_hand_is_true(drawn: Drawn, digits: int) -> None:
    trace = drawn.trace
    try:
        text = trace.explain(arithmetic="by_hand", digits=digits).to_text()
    except cr.ChainruleError:
        # So few digits that an output rounds to 1: then 1 - a is 0, and one can't go on.
        output = trace[trace.program.output]
        assert "log_not" in " ".join(trace)
        assert output.max() > 1 - 10.0**-digits
        reject()
    same_everywhere(text)
    count = check_page(text, trace, digits)
    assert count.by_names + count.with_numbers >= 14
