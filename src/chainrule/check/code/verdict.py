"""The verdict on a program: right, a slip in a line, or that it could not be followed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from chainrule.check.catalogue import CATALOGUE
from chainrule.check.code.direct import direct, own_rates
from chainrule.check.code.follow import Followed, Reading, Trial
from chainrule.check.code.hypotheses import ABSOLUTE
from chainrule.check.code.located import location
from chainrule.check.code.losses import called_loss, computed
from chainrule.check.code.optimizers import moved_by, optimizer_slips, remembers
from chainrule.check.code.search import Slip, Steps, loss_slips, named, slips
from chainrule.expressions import Name, Node
from chainrule.expressions import operations as ops
from chainrule.notation import display

State = Literal["right", "wrong", "not followed"]
READINGS = 6  # that are searched for slips
SECONDS = 5.0  # for all of them
OF_ANOTHER_LOSS = {"output_slope_missing", "output_slope_extra", "softmax_diag"}
UNSURE = 3.0  # what an answer may cost that is told
UNNAMED = 2.2  # the same of one without a name
NO_TARGETS = (
    "I found its layers and its steps, and not its targets: nothing of the outputs' size that these are compared "
    "with. Say which line gives them by the comment # chainrule: y."
)
NO_LOSS = "I found its layers, its steps and what its outputs are compared with, and no loss that fits these."
NOT_FOUND = "The program does not compute this loss, or I did not find it: it is not judged."
FEW = 3  # numbers that moved, from which on a slip is told


@dataclass(frozen=True, eq=False)
class Verdict:
    """What was found.

    Parameters
    ----------
    state : right, wrong, or not followed
    reading, trials : how the program was read; None where it was not
    slips : what explains it, the likeliest first; all of the same line
    why : why it was not followed; where it is right, what was not judged
    notes : what was seen on the way
    """

    state: State
    reading: Reading | None = None
    trials: Sequence[Trial] = ()
    slips: Sequence[Slip] = ()
    why: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class _Read:
    reading: Reading
    trials: list[Trial]
    loss: list[int]  # the events in which the program has its loss
    called: bool  # whether it calls it so

    @property
    def right(self) -> bool:
        """Whether every step is as it should be."""
        fits = [trial.fit for trial in self.trials]
        return bool(fits) and all(fit is not None and fit.rate > 0 and not fit.shrinks for fit in fits)


def decide(followed: Followed) -> Verdict:
    """The verdict on a program that was followed as far as one can."""
    if not followed.steps:
        return Verdict("not followed", why=_no_steps(followed))
    reads, readings = [], list(followed.readings())
    for reading in readings:
        trials = followed.trials(reading)
        if trials:
            first = trials[0]
            loss = computed(followed.book, followed.recording, first.record, first.step.start, first.step.end)
            reads.append(_Read(reading, trials, loss, called_loss(followed.recording, loss)))
    if not reads:
        return Verdict("not followed", why=NO_TARGETS if not readings else NO_LOSS)
    right = [each for each in reads if each.right]
    kept = [each for each in right if _never_reset(each.trials)]
    if kept and len(kept) == len(right):
        return _accumulated(kept[0])
    contrary = [
        each for each in reads if each.called and not each.right and each.reading.kind.loss != ABSOLUTE
    ]
    if right and (any(each.loss for each in right) or not contrary):
        return _right(next((each for each in right if each.loss), right[0]), reads, followed)
    if not right and (found := _remembering(reads, followed) or _forward(followed)) is not None:
        return found
    if any(trial.fit is not None and trial.fit.shrinks for each in reads for trial in each.trials):
        return Verdict(
            "not followed", why="Its weights and biases shrink in each step, and I can't tell by what."
        )
    if not right and (found := _at_own_rates(reads, followed)) is not None:
        return found
    found = _searched(contrary if right else reads, followed)
    if right:
        differs = found is not None and set(found.slips[0].names) & OF_ANOTHER_LOSS
        return found if found is not None and differs else _right(right[0], reads, followed)
    if found is not None:
        return found
    best = max(reads, key=lambda each: (each.called, len(Steps(each.trials[0]).right())))
    return Verdict("not followed", best.reading, best.trials, why=_no_rule(best))


def _remembering(reads: Sequence[_Read], followed: Followed) -> Verdict | None:
    """Steps of an optimizer that remembers, right or with a slip in its formulas."""
    order = sorted(reads, key=lambda each: (not each.called, not each.loss))
    kept = [each for each in order if _from_the_start(each.trials)][:2]
    for read in kept:
        moved = moved_by(read.trials[:4], followed.recording.path)
        if moved is not None:
            optimizer, rate = moved
            why, note = _doubt(read, reads, followed), f"{optimizer.title()}, with the rate {rate:.4g}"
            return Verdict("right", read.reading, read.trials, why=why, notes=[note])
    for read in [each for each in kept if remembers(each.trials)][:1]:
        found = optimizer_slips(read.trials[:4], followed.recording.path)
        if found is not None:
            slips, trial = found
            told = [slip for slip in slips if slip.line == slips[0].line]
            return Verdict("wrong", read.reading, [trial], told)
    return None


def _at_own_rates(reads: Sequence[_Read], followed: Followed) -> Verdict | None:
    """Right, but that some parameters have a rate of their own, which is no slip that is known."""
    for each in reads:
        odd = own_rates(each.trials)
        if odd and not direct(each.trials, followed):
            note = f"{', '.join(odd)}: at a rate of their own, which may be meant"
            why = _doubt(each, reads, followed)
            return Verdict("right", each.reading, each.trials, why=why, notes=[note])
    return None


def _from_the_start(trials: Sequence[Trial]) -> bool:
    return len(trials) > 2 and [trial.step.number for trial in trials[:3]] == [1, 2, 3]


def _right(read: _Read, reads: Sequence[_Read], followed: Followed) -> Verdict:
    """Right, unless the loss that is told is another one by a slip."""
    if not read.loss:
        found = loss_slips(read.trials, followed)
        if found:
            return Verdict("wrong", read.reading, read.trials, found)
    return Verdict("right", read.reading, read.trials, why=_doubt(read, reads, followed))


def _doubt(read: _Read, reads: Sequence[_Read], followed: Followed) -> str:
    """What was not judged where steps are right: a loss that was not found, or another one that was."""
    if read.loss:
        return ""
    other = next(
        (each for each in reads if each.loss and not each.right and each.reading.kind.loss != ABSOLUTE), None
    )
    if other is None:
        return NOT_FOUND
    trial = other.trials[0]
    loss = trial.record.network.loss_part.title()
    line = location(followed.recording, followed.recording.events[other.loss[0]]).where
    told = f"What the program computes in {line} is {loss}. If that is its loss,"
    found = _searched([other], followed)
    if found is not None and set(found.slips[0].names) & OF_ANOTHER_LOSS:
        name = next(name for name in found.slips[0].names if name in OF_ANOTHER_LOSS)
        return f"{told} {display(found.slips[0].line)} is wrong: {CATALOGUE[name].told} [{name}]."
    return f"{told} its gradients are not these."


def _no_rule(read: _Read) -> str:
    """Which parameters move by no rule that is known, in the likeliest reading."""
    trial, every = read.trials[0], [Steps(each) for each in read.trials]
    steps = next((each for each in every if len(each.right()) < len(each.order)), every[0])
    right = ", ".join(display(name) for name in steps.right())
    odd = ", ".join(display(name) for name in steps.order if name not in steps.right())
    found = f"I found its layers and its steps ({trial.record.network.title()})."
    loss = trial.record.network.loss_part.title()
    if not right or not odd:
        return f"{found} By what its weights move I did not find: no rule or slip that I know, of {loss} or another."
    return f"{found} With {loss} {right} move as they should. By what {odd} move I did not find: no slip that I know."


def _forward(followed: Followed) -> Verdict | None:
    """A slip in a layer's function, with which all that comes after it is right."""
    for reading in followed.slipped_readings():
        trials = followed.trials(reading)
        if trials and all(trial.fit is not None and trial.fit.rate > 0 for trial in trials):
            found = named(trials[0])
            if found:
                return Verdict("wrong", reading, trials, found)
    return None


def _never_reset(trials: Sequence[Trial]) -> bool:
    """Whether each step is moved by all gradients so far."""
    return len(trials) > 1 and all(t.fit is not None and t.fit.momentum > 0.999 for t in trials[1:])


def _accumulated(read: _Read) -> Verdict:
    trial = read.trials[1]
    program = trial.record.program
    line = next(name for name in program.quantities if name in program.gradients.values())
    quantity = program.quantities[line]
    before = Name(f"{line}_before")
    formula = Node(ops.ADD, (before, quantity.form(not quantity.by_chain_rule)), {})
    results = trial.record.results
    numbers = {**results, line: results[line] + read.trials[0].record.results[line]}
    assert trial.fit is not None
    slip = Slip(line, formula, ("grads_not_reset",), 1.0, trial.fit.rate, len(results), numbers)
    return Verdict("wrong", read.reading, read.trials[1:], [slip])


def _searched(reads: Sequence[_Read], followed: Followed) -> Verdict | None:
    """The likeliest slip in the likeliest readings."""
    until = time.process_time() + SECONDS
    rights = [len(Steps(each.trials[0]).right()) for each in reads]
    without = max(rights, default=0)
    ranked = sorted(range(len(reads)), key=lambda n: (not reads[n].called, not reads[n].loss, -rights[n]))
    order = [reads[n] for n in ranked[:READINGS]]
    best: tuple[Any, _Read, list[Slip]] | None = None
    for each in order:
        left = until - time.process_time()
        if left < 0 or (best is not None and (each.called, bool(each.loss)) < best[0][:2]):
            break
        found = _told(direct(each.trials, followed), each.trials)
        found = found or _told(slips(each.trials, left), each.trials)
        found = [slip for slip in found if slip.explains > without]
        if found:
            key = (each.called, bool(each.loss), found[0].explains, -found[0].cost)
            if best is None or key > best[0]:
                best = (key, each, found)
    if best is None:
        return None
    _, read, found = best
    return Verdict("wrong", read.reading, read.trials, found)


def _told(found: list[Slip], trials: Sequence[Trial]) -> list[Slip]:
    """The answers that are sure enough, all of one line."""
    if not found or found[0].cost > (UNSURE if found[0].names else UNNAMED):
        return []
    if sum(moved.size for moved in trials[0].step.moved.values()) < FEW:
        return []
    return [slip for slip in found if slip.line == found[0].line]


def _no_steps(followed: Followed) -> str:
    if not followed.passes:
        return "I found no layers, of which each takes what an activation makes of the one before."
    return "I found its layers, and no step: its weights never change, or they are used only once."
