"""A learner's numbers checked: the first line that is wrong, and what was done there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from chainrule.check.blamed import by_factor, with_factors
from chainrule.check.judge import Judge, Verdict, fits
from chainrule.check.masks import with_masks
from chainrule.check.naming import Answer, Naming
from chainrule.check.orient import layouts, parameter_of
from chainrule.check.place import Place
from chainrule.check.reading import Written, read
from chainrule.check.report import Report
from chainrule.check.settle import settle
from chainrule.check.sheet import Given, Sheet, biases_of
from chainrule.check.slips import counting
from chainrule.expressions import Node
from chainrule.expressions import operations as ops
from chainrule.model.record import Record
from chainrule.notation import display

Found = tuple[Sheet, dict[str, Verdict], list[str]]


def check(record: Record, mine: Any, digits: int | None = None) -> Report:
    """Check a learner's numbers of a step, line by line, each on the numbers before it that the learner has.

    Parameters
    ----------
    record : the step
    mine : a dict of arrays, lists or numbers by name, or the path of an .npz or JSON file
    digits : significant digits that the numbers were rounded to

    Raises
    ------
    InputError, KindError, UnknownName, FileError
    """
    written = _without_labels(record, read(mine, record, digits))
    with np.errstate(all="ignore"):  # a learner's numbers may be infinite, as log 0 is
        return _checked(record, written)


def _checked(record: Record, written: dict[str, Written]) -> Report:
    best = judged(record, written)
    sheet, verdicts, notes = best if _cost(best[1]) == 0 else _as_cut(record, written) or best
    first = next((v for v in verdicts.values() if v.state == "wrong" or v.blamed), None)
    found: list[Answer] = []
    if first is not None:
        found = list(with_factors(sheet, verdicts, first, answers(sheet, first)))
        found += _two_slips(sheet, first, found)
    return Report(sheet, verdicts, first, found, [*notes, *_differing(record, sheet)])


def judged(record: Record, written: Mapping[str, Written]) -> Found:
    """The numbers in the way in which they are most likely meant, with a verdict for each line."""
    return min(_hypotheses(record, written), key=lambda found: _cost(found[1]))


def _as_cut(record: Record, written: Mapping[str, Written]) -> Found | None:
    """The numbers as some that were cut, not rounded, if that makes all of them right."""
    if not any(np.any(each.radius) for each in written.values()):
        return None
    cut = {
        name: Written(each.value + np.sign(each.value) * each.radius / 2, 1.5 * each.radius)
        for name, each in written.items()
    }
    for sheet, verdicts, notes in _hypotheses(record, cut):
        if _cost(verdicts) == 0:
            return sheet, verdicts, [*notes, "some numbers are cut, and not rounded"]
    return None


def _without_labels(record: Record, written: dict[str, Written]) -> dict[str, Written]:
    """Targets that are given as labels say nothing that the step does not know."""
    labels = "y" in written and written["y"].value.shape != np.shape(record.results["y"])
    return {name: each for name, each in written.items() if not (labels and name == "y")}


def _hypotheses(record: Record, written: Mapping[str, Written]) -> Iterator[Found]:
    """Every way in which the numbers may be meant, judged; the plainest first."""
    for layout, plain, folded in layouts(record, written):
        given = with_masks(record, plain) if record.program.noise else plain
        for biases in (True, False) if _no_biases(record, given) else (True,):
            for textbook in (True, False):
                sheet = Sheet(record, given, textbook, biases)
                verdicts = Judge(sheet).all()
                settle(sheet, verdicts)
                notes = layout.told(folded) + ([] if biases else ["there are no biases"])
                yield sheet, verdicts, notes
                if _cost(verdicts) == 0:
                    return
                if not _two_forms(sheet, verdicts):
                    break


def _two_forms(sheet: Sheet, verdicts: Mapping[str, Verdict]) -> bool:
    """Whether a wrong line reads what was not given and can be computed in two ways, which far from 0 and 1 are one."""
    quantities = sheet.program.quantities
    read = {
        name for v in verdicts.values() if v.state == "wrong"
        for form in sheet.forms(v.quantity) for name in sheet.unsure(form)
    }  # fmt: skip
    return any(quantities[n].textbook_form is not None and not quantities[n].by_chain_rule for n in read)


def _cost(verdicts: Mapping[str, Verdict]) -> float:
    return sum(
        1.0 if v.state == "wrong" else 0.9 if v.blamed else 0.5 if v.state == "not judged" else 0.0
        for v in verdicts.values()
    )


def _no_biases(record: Record, given: Mapping[str, Given]) -> bool:
    """Whether a learner may have left biases out altogether: every sum is given, and nothing of any bias."""
    biases = set(biases_of(record))
    sums = [q.name for q in record.program.quantities.values() if q.section == "forward" and q.local == "z"]
    return (
        bool(sums)
        and set(sums) <= set(given)
        and not any(parameter_of(record, name) in biases for name in given)
    )


def answers(sheet: Sheet, first: Verdict) -> list[Answer]:
    """What was done in a wrong line, the most likely first."""
    found = _turned(sheet, first) or Naming(sheet, first.quantity).answers(by_factor(sheet, first))
    return found or counting(sheet, first.quantity)


def _two_slips(sheet: Sheet, first: Verdict, found: list[Answer]) -> list[Answer]:
    """Pairs of slips where no single one is known that gives the numbers."""
    counted = all(answer.names == ["arithmetic_slip"] for answer in found)
    return (
        Naming(sheet, first.quantity).pairs()
        if counted and not sheet.given[first.quantity.name].turned
        else []
    )


def _turned(sheet: Sheet, first: Verdict) -> list[Answer]:
    """A matrix that is transposed where the others are not, and otherwise right."""
    given = sheet.given[first.quantity.name]
    if not given.turned:
        return []
    name = "dW_transposed" if Place.of(sheet, first.quantity).role == "dW" else "W_transposed"
    forms = [form for form in sheet.forms(first.quantity) if fits(sheet, form, given)]
    return [Answer(Node(ops.TRANSPOSE, (form,), {}), [name], 1.3) for form in forms[:1]]


def _differing(record: Record, sheet: Sheet) -> list[str]:
    """What of the learner's comes from outside, and is not the step's."""
    found = []
    for name, each in sheet.given.items():
        if name in record.leaves:
            ours = np.asarray(record.leaves[name], np.float64)
            if np.any(np.abs(each.value - ours) > np.maximum(each.radius, 1e-9 * np.abs(ours))):
                found.append(
                    f"your {display(name)} is not the step's: the lines after it are judged on yours"
                )
    return found
