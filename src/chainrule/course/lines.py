"""Functions that each compute a quantity of a step: marked by what the step's rules give on probes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from chainrule.check.probing import Task, check_tasks, probes
from chainrule.course.marks import Mark
from chainrule.course.written import Written
from chainrule.model.record import Record
from chainrule.network import Network
from chainrule.parts.contract import Optimizer


@dataclass(frozen=True)
class Step:
    """The step that a chapter is about.

    Parameters
    ----------
    optimizer : whose update it ends with
    layer : one between the first weights and their activation, by name; empty for none
    predicting : whether it is a prediction, without targets and gradients
    """

    optimizer: str = "sgd"
    layer: str = ""
    predicting: bool = False

    @property
    def records(self) -> list[Record]:
        """It, on several probes."""
        return _records(self)


@dataclass(frozen=True)
class Gives:
    """What a function gives.

    Parameters
    ----------
    orders : the quantities that it returns, in order; of several such orders it must be right for each, as a rule for
        any parameter is for weights and for biases
    step : to which they belong
    """

    orders: tuple[tuple[str, ...], ...]
    step: Step = Step()

    def mark(self, written: Written) -> Mark:
        """The mark of a function that should give them, with samples as rows; and as columns, where it does it so."""
        mark, other = (self._mark(written, columns) for columns in (False, True))
        if mark.state == "right":
            return replace(mark, only_rows=other.state != "right")
        return replace(mark, in_columns=other) if other.state == "right" else mark

    def task(self, written: Written) -> Task:
        """What it is to compute, for the check of several functions together."""
        own = self.step.records[0].program.quantities[self.orders[0][0]]
        return Task(written.name, written.function, self.orders[:1], own)

    def _mark(self, written: Written, columns: bool) -> Mark:
        records = self.step.records
        own = records[0].program.quantities
        reports = [
            check_tasks(
                records,
                [Task(written.name, written.function, (order,), own[order[0]])],
                whole_step=not self.step.predicting,
                columns=columns,
            )
            for order in self.orders
        ]
        return Mark.of(written.name, written.place, reports)


def together(step: Step, all_of: Sequence[tuple[Gives, Written]]) -> bool:
    """Whether functions, each called with what those before it gave, make a right step."""
    return check_tasks(
        step.records, [gives.task(written) for gives, written in all_of], whole_step=True
    ).right


def network(layer: str = "") -> Network:
    """The network of the course: 5 → 7 → 3, where no width is another's, nor by one more, as with a column of ones."""
    plain = Network([5, 7, 3], seed=0)
    return Network([plain.layers[0], layer, *plain.layers[1:]], seed=0) if layer else plain


@cache
def _records(step: Step) -> list[Record]:
    return list(probes(network(step.layer), Optimizer.of(step.optimizer), targets=not step.predicting))
