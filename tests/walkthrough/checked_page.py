"""One page against its trace: heading, titles, numbers of steps, equations and remarks."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import numpy as np

import chainrule as cr
import reader
from reader import Checker, Count, Unreadable, Untrue

_SETTING = re.compile(r"[ηβεμργλ]\d? = (\d[\d.]*(?:e[+-]\d+)?)")


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
        loss = "L_data" if "L_data" in trace else "L"
        enters = f"; the 1/{trace.samples} of {loss} enters once, at d{trace.program.output}"
        wanted = f"{trace.samples} samples, one a row{enters if 'L' in trace else ''}."
        if samples != wanted:
            raise Untrue(f"the heading tells {samples!r}, there are {trace.samples} samples")
        return
    if not re.fullmatch(r"one sample(, label .*)?", samples):
        raise Untrue(f"the heading tells {samples!r}")
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
    arrays = {name for name, kind in trace.program.leaves.items() if np.ndim(trace[name]) and kind != "held"}
    fresh = {name for remark in page.remarks if remark.endswith(" everywhere.") for name in _names(remark)}
    if not arrays <= {*told, *fresh}:
        raise Untrue(f"not given: {arrays - {*told, *fresh}}")
    wanted = [
        "GIVEN",
        "FORWARD",
        *(["LOSS", "BACKWARD"] if "L" in trace else []),
        *(["UPDATE"] if trace.optimizer else []),
        "SIGNS",
    ]
    if sections != wanted:
        raise Untrue(f"the sections are {sections}")
    gradients = [e for e in page.equations if e.number]
    step = len(trace.network.layers) + 1
    if [e.number for e in gradients] != [f"{step}.{i}" for i in range(1, len(gradients) + 1)]:
        raise Untrue(f"the gradients are counted {[e.number for e in gradients]}")
    if [e.name for e in gradients] != [n for n in told if _section(trace, n) == "backward"]:
        raise Untrue("a gradient has no number")


def _names(remark: str) -> list[str]:
    return [reader.plain_name(name) for name in re.split(r", ", re.split(r" (?:is|are) ", remark)[0])]


def _section(trace: cr.Trace, name: str) -> str:
    return trace.program.quantities[name].section if name in trace.program.quantities else "given"


def _remarks(remarks: list[str], trace: cr.Trace, digits: int | None) -> None:
    number = r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?"
    after = trace.after()
    for remark in remarks:
        if match := re.fullmatch(
            r"(\d+) of (\d+) samples have the right class(?:; samples? ([\d, ]+)(?:, …)? (?:is|are) wrong)?"
            r"(?:; samples? ([\d, ]+)(?:, …)? (?:is|are) decided by rounding)?",
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
            r"(\d+) of (\d+) labels are right(?:; labels? ((?:y\[\d+, \d+\](?:, )?)+)(?:…)? (?:is|are) wrong)?",
            remark,
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
        elif match := re.fullmatch(r"(.+) (?:is|are) (\S+) everywhere\.", remark):
            for name in _names(remark):
                if not np.all(trace[name] == float(match[2])):
                    raise Untrue(remark)
        elif re.match(
            r"Rows are samples and columns units|=: |. (is|stands|multiplies|adds)|1\{|log is", remark
        ):
            _signs(remark, trace)
        elif match := re.fullmatch(r"frozen, so it stays put: (.+)", remark):
            if match[1].split(", ") != [n for n in trace.network.parameters if f"{n}_new" not in trace]:
                raise Untrue(remark)
        else:
            raise Unreadable(remark)


def _signs(remark: str, trace: cr.Trace) -> None:
    """Counts in the sentences about signs are so."""
    if "{…}" in remark and "1{…} is 1 where … holds, otherwise 0" not in remark:
        raise Untrue(remark)
    for number in re.findall(r"the samples: (\d+)", remark):
        if int(number) != trace.samples:
            raise Untrue(remark)
    for number in re.findall(r"the outputs: (\d+)", remark):
        if int(number) != trace.network.outputs:
            raise Untrue(remark)
    for number in re.findall(r"the steps: (\d+)", remark):
        if int(number) != trace.step_number:
            raise Untrue(remark)


def same_everywhere(text: str) -> None:
    """No line is wider than 80 columns or ends in a space, and no tabs."""
    for line in text.split("\n"):
        assert len(line) <= 80, line
        assert line == line.rstrip()
        assert "\t" not in line
