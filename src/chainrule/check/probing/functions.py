"""A learner's own functions checked: called on probes, and what they return judged as numbers are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from chainrule.check.blamed import by_factor
from chainrule.check.check import answers, judged
from chainrule.check.factors import allowed
from chainrule.check.judge import Verdict, fits
from chainrule.check.naming import Answer
from chainrule.check.orient import layouts
from chainrule.check.probing.arguments import Arguments
from chainrule.check.probing.calling import CannotCall, Trouble, call, place_of
from chainrule.check.probing.layout import laid_out
from chainrule.check.probing.probes import probes, square_probes
from chainrule.check.probing.report import FunctionsReport
from chainrule.check.probing.returns import Returned
from chainrule.check.probing.tasks import Task, tasks
from chainrule.check.reading import Written
from chainrule.check.sheet import Sheet
from chainrule.errors import ChainruleError
from chainrule.model.model import Model
from chainrule.model.record import Record
from chainrule.notation import display
from chainrule.parts.contract import Loss, Optimizer

SMALL = 1e-4  # how far a loss with such a number may be off


def check_functions(model: Model, functions: Any, optimizer: Optimizer | None = None) -> FunctionsReport:
    """Check a learner's functions on several probes; what was done must give the numbers of all of them.

    Parameters
    ----------
    model : the network whose step they compute; only its form counts
    functions : by the name of what they compute, a quantity or a function of the step
    optimizer : whose update they compute

    Raises
    ------
    KindError, InputError, UnknownName
    """
    records = list(probes(model, optimizer))
    return check_tasks(records, tasks(functions, records[0].program))


def check_tasks(
    records: Sequence[Record], wanted: Sequence[Task], whole_step: bool = False, columns: bool | None = None
) -> FunctionsReport:
    """Check functions, of which is said what they compute, on probes of one program.

    With `whole_step` what they leave out is taken for ours, so that the sign of a single gradient can be wrong.
    `columns` says whether samples are columns, where that is known.
    """
    found: list[FunctionsReport] = []
    tried = (False, True) if columns is None else (columns,)
    for record in records:
        run = _run(record, wanted, whole_step, tried)
        tried = (run.columns,)
        with np.errstate(all="ignore"):
            found.append(run.report())
            if run.stuck:
                return _of_shapes(record, wanted, whole_step, found[0], tried)
    return _together(found)


def _of_shapes(
    record: Record, wanted: Sequence[Task], whole_step: bool, stuck: FunctionsReport, tried: Iterable[bool]
) -> FunctionsReport:
    """What stopped a function, with the first wrong line where all widths are the same and it does not stop."""
    if stuck.first is not None:
        return stuck
    names = {trouble.function for trouble in stuck.troubles}
    for square in square_probes(record):
        for columns in tried:
            run = _Run(square, columns, whole_step).all([task for task in wanted if task.name in names])
            report = run.report()
            if report.first is not None and report.answers:
                lines = {**stuck.verdicts, **report.verdicts}
                return replace(report, troubles=stuck.troubles, verdicts=lines)
            if report.right:
                break
    return stuck


def _run(record: Record, wanted: Sequence[Task], whole_step: bool, tried: Iterable[bool]) -> _Run:
    """The functions called in the first layout in which all of them can be, else in ours."""
    runs: list[_Run] = []
    for columns in tried:
        runs.append(_Run(record, columns, whole_step).all(wanted))
        if not runs[-1].stuck:
            return runs[-1]
    return runs[0]


@dataclass
class _Run:
    """The functions, called on one probe.

    `mine` is what they returned and were given, `places` which line is of which function.
    """

    record: Record
    columns: bool
    whole_step: bool
    mine: dict[str, Written] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    cautions: list[str] = field(default_factory=list)
    kept: Any = None

    @property
    def stuck(self) -> bool:
        """Whether a function that is written could not be judged."""
        return any(not trouble.unwritten for trouble in self.troubles)

    def all(self, wanted: Sequence[Task]) -> _Run:
        """Call every function, each on what those before it gave."""
        for task in wanted:
            try:
                self._take(task)
            except CannotCall as error:
                if error.trouble not in self.troubles:
                    self.troubles.append(error.trouble)
        return self

    def _take(self, task: Task) -> None:
        values = self._values()
        arguments = Arguments(task, self.record, self.columns, values, self.kept)
        result, changed = self._called(task, arguments)
        returned = Returned(task, self.record)
        if result is None and changed and task.orders[0][0].endswith("_new"):
            result = arguments.updated(changed)
        elif changed:
            names = " and ".join(changed)
            self.cautions.append(
                f"{task.name} changes {names} in place: what reads it later gets other numbers"
            )
        found = returned.named(result)
        if isinstance(result, tuple) and not isinstance(result[-1], np.ndarray | float):
            self.kept = result[-1]
        if task.factor:
            found = self._slope(task, found, arguments)
        for name, written in found.items():
            self._add(task, name, written)
        for name, value in arguments.quantities().items():
            if name in values and name not in self.mine and name != self.record.program.target:
                self.mine[name] = Written(value, np.zeros(value.shape))

    def _called(self, task: Task, arguments: Arguments) -> tuple[Any, dict[str, Any]]:
        """What a function returns and changes; with labels for targets, where it can't be called with rows."""
        given = arguments.all()
        try:
            return call(task.name, task.function, given)
        except CannotCall as error:
            other = arguments.with_labels()
            if other is None or error.trouble.unwritten:
                raise
            with suppress(CannotCall):
                return call(task.name, task.function, other)
            raise

    def _careful(self, told: str) -> None:
        if told not in self.cautions:
            self.cautions.append(told)

    def _values(self) -> Mapping[str, Any]:
        """Every quantity, of what the functions gave so far or, where they gave none, of what follows from that."""
        return self._sheet().values if self.mine else self.record.results

    def _sheet(self) -> Sheet:
        _, given, _ = next(iter(layouts(self.record, self.mine)))
        return Sheet(self.record, given)

    def _slope(self, task: Task, found: Mapping[str, Written], arguments: Arguments) -> dict[str, Written]:
        """The gradient that a slope makes; the slope may be a formula of a, and is then given that."""
        [(name, slope)] = found.items()
        values = self._values()
        da, ours = (laid_out(values[each], self.columns) for each in (task.factor, name))
        made = self._product(task, slope, da)
        if not np.allclose(made.value, ours) and (given := arguments.of_output()) is not None:
            try:
                result, _ = call(task.name, task.function, given)
                returned = Returned(task, self.record)
                other = self._product(task, returned.named(result)[name], da)
            except CannotCall:
                return {name: made}
            if np.allclose(other.value, ours):
                self._careful(f"{task.name} is a formula of a, and is to be given that, not z")
                return {name: other}
        return {name: made}

    def _product(self, task: Task, slope: Written, da: Any) -> Written:
        if np.shape(slope.value) not in ((), np.shape(da)):
            shape = np.shape(slope.value)
            told = f"returns a slope of the shape {shape} for {np.shape(da)}: give one for each entry."
            raise CannotCall(Trouble(task.name, place_of(task.function), told))
        return Written(slope.value * da, np.broadcast_to(np.abs(da) * slope.radius, np.shape(da)))

    def _add(self, task: Task, name: str, written: Written) -> None:
        try:
            next(iter(layouts(self.record, {name: written})))
        except ChainruleError as error:
            raise CannotCall(
                Trouble(task.name, place_of(task.function), f"returns another shape: {error}")
            ) from None
        place = place_of(task.function)
        self.mine[name] = written
        self.places[name] = f"{task.name}{place and f' ({place})'}"

    # --- judged ---------------------------------------------------------------------------------------

    def report(self) -> FunctionsReport:
        """What was found on this probe."""
        if not self.places:
            return FunctionsReport(Sheet(self.record, {}), {}, None, [], [], self.troubles)
        sheet, verdicts, notes = judged(self.record, self._completed())
        notes = [*notes, *_beside_zero(sheet, verdicts)]
        own = {name: verdict for name, verdict in verdicts.items() if name in self.places}
        first = next((v for v in own.values() if v.state == "wrong" or v.blamed), None)
        if first is None and any(verdict.blamed for verdict in verdicts.values()):
            first = next((v for v in own.values() if v.factor is not None and v.factor.size), None)
            if first is not None:
                first.blamed = True
        found = [] if first is None else by_factor(sheet, first) or answers(sheet, first)
        found = [each for each in found if each.names != ["arithmetic_slip"]]
        return FunctionsReport(sheet, own, first, found, notes, self.troubles, self.places, self.cautions)

    def _completed(self) -> dict[str, Written]:
        if not self.whole_step:
            return self.mine
        values, rest = self._values(), {}
        for name, quantity in self.record.program.quantities.items():
            moved = name == f"{quantity.parameter}_new"
            if (quantity.section == "backward" or moved) and name not in self.mine:
                value = np.asarray(laid_out(values[name], self.columns), np.float64)
                rest[name] = Written(value, np.zeros(value.shape))
        return {**self.mine, **rest}


def _beside_zero(sheet: Sheet, verdicts: Mapping[str, Verdict]) -> list[str]:
    """Lines of a loss that are right but for a small number beside log 0 or a division by 0; they count as right."""
    found = []
    for name, verdict in verdicts.items():
        if verdict.state != "wrong" or not isinstance(verdict.quantity.part, Loss):
            continue
        given = sheet.given[name].value
        for form in sheet.forms(verdict.quantity):
            value = np.asarray(sheet.value(form), np.float64)
            for factor, size in allowed(sheet.values, positive=True)[:4]:
                if value.shape == np.shape(given) and np.allclose(given, size * value, rtol=SMALL, atol=0):
                    verdict.state, verdict.factor, verdict.form = "right", factor, form
                    found = [
                        f"{display(name)} is a little off, as with a small number added before a logarithm"
                    ]
    return found


def _together(reports: Sequence[FunctionsReport]) -> FunctionsReport:
    """The report on the first line that is wrong in any of them, with the answers that fit all of them."""
    troubles = list(dict.fromkeys(trouble for report in reports for trouble in report.troubles))
    order = list(reports[0].sheet.program.quantities)
    wrong = [report for report in reports if report.first is not None]
    if not wrong:
        return replace(reports[-1], troubles=troubles)
    best = min(wrong, key=lambda report: order.index(report.line))
    kept = [answer for answer in best.answers if all(_gives(report, answer, best.line) for report in reports)]
    return replace(best, answers=kept, troubles=troubles)


def _gives(report: FunctionsReport, answer: Answer, line: str) -> bool:
    """Whether an answer gives the numbers of another probe, too."""
    given = report.sheet.given.get(line)
    return given is None or given.turned or fits(report.sheet, answer.expr, given)
