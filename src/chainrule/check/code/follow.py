"""A program followed: its passes, its steps, and the network that these are of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.check.code.activations import NAMES, is_output, outputs, slipped
from chainrule.check.code.book import Book, close
from chainrule.check.code.fit import Fit, Moves, fitted
from chainrule.check.code.hypotheses import Kind, gradients, kinds, record
from chainrule.check.code.marks import places_of
from chainrule.check.code.passes import Pass, passes
from chainrule.check.code.recording import Recording
from chainrule.check.code.steps import Step, hidden, only_step, steps
from chainrule.check.code.sums import sums
from chainrule.check.code.targets import Source, meetings
from chainrule.model.record import Record
from chainrule.parts.contract import Optimizer

JUDGED, SEARCHED = 5, 3  # steps that are looked at; where none of them is right so many tell enough


@dataclass(frozen=True)
class Reading:
    """How a program's steps may be meant.

    Parameters
    ----------
    kind : the network
    batch : which passes make a step: "last", "first" or "all"
    source : where the targets come from
    """

    kind: Kind
    batch: str
    source: Source
    slips: tuple[tuple[int, str], ...] = ()  # layers whose function has a slip, from 1, and which


@dataclass(frozen=True, eq=False)
class Trial:
    """One step in one reading."""

    step: Step
    passes: tuple[Pass, ...]
    record: Record
    moves: Moves
    fit: Fit | None
    given: Mapping[str, Any] = field(default_factory=dict)  # what is not as it should be on the way forward


@dataclass(eq=False)
class Followed:
    """What was understood of a program.

    Parameters
    ----------
    recording, book : what it computed
    passes, steps : forward, and those of training
    """

    recording: Recording
    book: Book
    passes: list[Pass]
    steps: list[Step]
    _targets: dict[Any, dict[Source, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, recording: Recording) -> Followed:
        """Follow a recorded program."""
        book = Book(recording)
        everything = sums(recording)
        found: list[Pass] = []
        taken: list[Step] = []
        for most in (200, 800, 3000):
            found = passes(recording, everything[:most])
            taken = steps(found)
            if len(taken) > JUDGED or most >= len(everything):
                break
        taken = taken or only_step(found, recording, book)
        sizes = taken[0].passes[0].sizes if taken else ()
        return cls(recording, book, [each for each in found if each.sizes == sizes], taken)

    @property
    def outputs(self) -> list[str]:
        """The activations of the output whose results the program has, the likeliest first."""
        last = [(each, each.layers[-1].z) for step in self.steps[:JUDGED] for each in step.passes[-1:]]
        counts: Counter[str] = Counter()
        for _, z in last:
            for name, a in outputs(z):
                counts[name] += is_output(name) and self.has(a) and not close(a, z)
        kept = [name for name, count in counts.most_common() if count and count >= len(last) - 1]
        return [*kept[:3], "identity"]

    def has(self, value: Any) -> bool:
        """Whether the program has these numbers, together or one by one."""
        return bool(self.book.find(value)) or (
            len(value) == 1 and all(self.book.find(entry) for entry in value[0])
        )

    def readings(self) -> Iterator[Reading]:
        """Every way in which the first steps may be meant."""
        step = self.steps[0]
        batches = ["last"] if len(step.passes) == 1 else ["last", "all", "first"]
        if len({each.x.tobytes() for each in step.passes}) == 1:
            batches = ["last"]
        for kind in kinds(hidden([p for s in self.steps for p in s.passes]), self.outputs):
            for batch in batches:
                for source in self.targets(self.chosen(step, batch)[0], step, kind.output):
                    yield Reading(kind, batch, source)

    def slipped_readings(self) -> Iterator[Reading]:
        """Ways in which the first steps may be meant, if a layer's function has a slip in it."""
        each = self.steps[0].passes[-1]
        names = hidden([p for s in self.steps for p in s.passes])
        for n, known in enumerate(names, 1):
            for name in NAMES if "identity" in known else ():
                other = [*names[: n - 1], [name], *names[n:]]
                yield from self._of_kinds(kinds(other, self.outputs), ((n, ""),))
        for name, slip, a in slipped(each.layers[-1].z):
            if self.has(a):
                yield from self._of_kinds(kinds(names, [name]), ((len(each.layers), slip),))

    def _of_kinds(self, found: Iterator[Kind], slips: tuple[tuple[int, str], ...]) -> Iterator[Reading]:
        step = self.steps[0]
        for kind in found:
            for batch in ("last",) if len(step.passes) == 1 else ("last", "all"):
                for source in self.targets(self.chosen(step, batch)[0], step, kind.output, slips):
                    yield Reading(kind, batch, source, slips)

    def chosen(self, step: Step, batch: str) -> tuple[Pass, ...]:
        """The passes of a step that make its batch."""
        if batch == "all":
            return step.passes
        return step.passes[-1:] if batch == "last" else step.passes[:1]

    def targets(
        self, each: Pass, step: Step, output: str, slips: tuple[tuple[int, str], ...] = ()
    ) -> dict[Source, Any]:
        """What the outputs of a pass may be compared with."""
        key = (id(each), output, slips)
        if key not in self._targets:
            a = _output(each, output, slips)
            found = [] if a is None else meetings(self.recording, self.book, each, a, step.end)
            told = [meeting for meeting in found if meeting.source[0] in places_of(self.recording, "y")]
            self._targets[key] = {meeting.source: meeting.y for meeting in told or found}
        return self._targets[key]

    def trial(self, reading: Reading, step: Step, before: Trial | None = None) -> Trial | None:
        """A step in a reading; None where that makes no sense."""
        chosen = self.chosen(step, reading.batch)
        found = [
            self.targets(each, step, reading.kind.output, reading.slips).get(reading.source)
            for each in chosen
        ]
        targets = [y for y in found if y is not None]
        if len(targets) < len(found):
            return None
        y = np.concatenate(targets)
        made = record(reading.kind, chosen, step, y, Optimizer.of("sgd"))
        if made is None:
            return None
        given = _given(made, chosen, reading)
        moves = Moves(
            step.moved, step.old, gradients(made, given),
            None if before is None else before.moves.moved, None if before is None else before.moves.gradients,
            "s" in self.recording.kinds,
        )  # fmt: skip
        return Trial(step, chosen, made, moves, fitted(moves), given)

    def trials(self, reading: Reading) -> list[Trial]:
        """The first steps in a reading."""
        found: list[Trial] = []
        before = None
        for step in self.steps[:JUDGED]:
            before = self.trial(reading, step, before)
            if before is not None:
                found.append(before)
            if len(found) == SEARCHED and not any(trial.fit for trial in found):
                break
        return found


def _output(each: Pass, output: str, slips: tuple[tuple[int, str], ...]) -> Any:
    z = each.layers[-1].z
    for n, slip in slips:
        if n == len(each.layers):
            return next((a for name, which, a in slipped(z) if (name, which) == (output, slip)), None)
    return dict(outputs(z)).get(output)


def _given(made: Record, chosen: Sequence[Pass], reading: Reading) -> dict[str, Any]:
    """What the program has in the place of a layer's function, by our names."""
    found = {}
    names = [q.name for q in made.program.quantities.values() if q.section == "forward" and q.local == "a"]
    for n, _ in reading.slips:
        if n == len(chosen[0].layers):
            values = [_output(each, reading.kind.output, reading.slips) for each in chosen]
        else:
            values = [each.layers[n].x for each in chosen]
        found[names[n - 1]] = np.concatenate(values)
    return found
