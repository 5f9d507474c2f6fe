"""Symptoms in the steps and in the curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from chainrule.diagnosis import fix
from chainrule.diagnosis.check import Check
from chainrule.diagnosis.evidence import Curve, Evidence
from chainrule.diagnosis.finding import Finding, Trial, shown
from chainrule.diagnosis.readings import moved
from chainrule.utils.counts import counted

LONGER = (4, 16, 64)  # times as many steps, to see whether it was too short
ENOUGH = 200  # steps that should show it


class Diverges(Check):
    """A number stops being finite."""

    name, stage, measure = "diverges", "symptom", "steps until a number is not finite"
    threshold: ClassVar[float] = np.inf

    def find(self, evidence: Evidence) -> Finding | None:
        if not evidence.diverged:
            return None
        return self.found(
            f"Training diverges: {evidence.diverged}", evidence.probes[-1].step, evidence.diverged.partition(":")[0],
            (*fix.other_rates(evidence.optimizer, (0.1, 0.01, 0.001)), *fix.fresh_weights(evidence.model)),
            advice="no smaller rate and no other weights kept it finite: look at the inputs and at the loss",
        )  # fmt: skip


class RateTooHigh(Check):
    """Steps are so large that the loss does not stay where it was good."""

    name, stage, measure = "rate_too_high", "symptom", "the last loss over the least one"
    threshold: ClassVar[float] = 1.2
    leap: ClassVar[float] = 0.1  # of the parameters' norm in a step

    def find(self, evidence: Evidence) -> Finding | None:
        if evidence.diverged or evidence.left < 0.1:
            return None
        losses = [probe.loss for probe in evidence.probes]
        best, fixes = int(np.argmin(losses)), fix.other_rates(evidence.optimizer, (0.1, 0.01, 0.001))
        sentence = (
            f"The learning rate is too high: the loss was {shown(losses[best])} after {evidence.probes[best].step:,} "
            f"steps, and ends at {shown(losses[-1])}."
        )
        number = losses[-1] / max(min(losses), 1e-300)
        if number >= self.threshold:
            return self.found(sentence, number, counted(evidence.probes[-1].step, "step"), fixes)
        leaps = [move / max(size, 1e-12) for size, move, _ in (moved(p.record) for p in evidence.probes[1:])]
        if max(leaps, default=0.0) <= self.leap:
            return None
        widest = evidence.probes[1 + int(np.argmax(leaps))].step
        return self.found(
            sentence, max(leaps), f"step {widest + 1:,}", fixes, threshold=self.leap,
            measure="how far one step moves the parameters, over their size",
        )  # fmt: skip


class RateTooLow(Check):
    """All steps together hardly move the parameters."""

    name, stage, measure = (
        "rate_too_low",
        "symptom",
        "how far all steps moved the parameters, over their size",
    )
    threshold: ClassVar[float] = 0.05

    def find(self, evidence: Evidence) -> Finding | None:
        if evidence.diverged or evidence.left < 0.3 or not evidence.model.trained:
            return None
        names = evidence.model.trained
        old, new = (
            np.concatenate([np.ravel(record.results[name]) for name in names]).astype(np.float64)
            for record in (evidence.first, evidence.last)
        )
        number = float(np.linalg.norm(new - old) / max(float(np.linalg.norm(old)), 1e-12))
        if number > self.threshold:
            return None
        steps = evidence.probes[-1].step
        return self.found(
            f"The learning rate is too low: {counted(steps, 'step')} moved the parameters by {number:.2g} of their "
            "size.",
            number, counted(steps, 'step'),
            fix.other_rates(evidence.optimizer, (10, 100, 1e3, 1e4, 1e5)),
        )  # fmt: skip


class TooShort(Check):
    """Nothing is broken: the training ends before it has learnt."""

    name, stage, measure = "too_short", "symptom", "what is left of what a guess gets wrong"
    threshold: ClassVar[float] = 0.2
    falls: ClassVar[float] = 0.9  # what the later steps leave at most of the loss, where it still falls

    def find(self, evidence: Evidence) -> Finding | None:
        seen = [probe for probe in evidence.probes if probe.step <= evidence.asked]
        last, left = seen[-1], evidence.left_at(seen[-1])
        if evidence.diverged or left < self.threshold or last.step < evidence.asked:
            return None
        falls = last.loss < self.falls * [each.loss for each in seen if each.step <= 0.6 * last.step][-1]
        times = {max(each, -(-ENOUGH // evidence.asked)) for each in LONGER}
        where = "still on its way down" if falls else "on a plateau that it leaves"
        return self.found(
            f"Not broken, too short: when the training ends the loss is {where}.",
            left, counted(evidence.asked, 'step'), fix.longer(*sorted(times)), unsure=not falls,
        )  # fmt: skip


# --- what a curve alone tells -----------------------------------------------------------------------------


class CurveCheck(Check):
    """A check that needs nothing but what a training recorded."""

    stage = "symptom"

    def find(self, evidence: Evidence) -> Finding | None:
        return self.of_curve(evidence.curve)

    def of_curve(self, curve: Curve) -> Finding | None:
        """What is wrong by the curve."""
        raise NotImplementedError


class Overfitting(CurveCheck):
    """The validation loss rises while the training loss falls."""

    name, measure = "overfitting", "the last validation loss over the least one"
    threshold: ClassVar[float] = 1.2
    least: ClassVar[float] = 0.1  # of the first loss: of nearly nothing, a fifth is nothing
    fewest: ClassVar[int] = 5  # epochs

    def of_curve(self, curve: Curve) -> Finding | None:
        held_out, loss = curve.validation_loss, curve.loss
        if len(held_out) < self.fewest:
            return None
        best = int(np.argmin(held_out))
        number = held_out[-1] / held_out[best] if held_out[best] > 0 else 1.0
        rises = held_out[-1] - held_out[best] >= self.least * max(loss[0], held_out[0])
        if number < self.threshold or not rises or loss[-1] >= loss[best]:
            return None
        return self.found(
            f"Overfitting: after epoch {best + 1} the training loss falls from {shown(loss[best])} to "
            f"{shown(loss[-1])}, and the validation loss rises.",
            number, f"epochs {best + 2} to {len(held_out)} of {len(held_out)}",
            advice="callbacks=[EarlyStopping(patience=10)] keeps the weights of the best epoch; a penalty, dropout or "
            "more samples move it",
            trial=Trial("validation loss", (best + 1,), (held_out[-1],), (held_out[best],), "epochs"),
        )  # fmt: skip


class Restless(CurveCheck):
    """The loss jumps up and down, or ends above where it was."""

    name, measure = "rate_too_high", "the last losses over the least one"
    threshold: ClassVar[float] = 1.5
    fewest: ClassVar[int] = 5

    def of_curve(self, curve: Curve) -> Finding | None:
        loss = curve.loss
        if len(loss) < self.fewest:
            return None
        late = float(np.median(loss[-max(3, len(loss) // 10) :]))
        best = int(np.argmin(loss))
        number = late / loss[best] if loss[best] > 0 else 1.0
        if number < self.threshold or late < 0.3 * loss[0]:
            return None
        return self.found(
            f"The loss was {shown(loss[best])} in epoch {best + 1}, and ends at about {shown(late)}: steps are too "
            "large to stay where it was good.",
            number, f"epochs {best + 2} to {len(loss)}",
            advice="take a tenth of the learning rate, or a schedule that lowers it",
        )  # fmt: skip


class StillFalling(CurveCheck):
    """The loss still falls fast when the training ends."""

    name, measure = "too_short", "part of the loss that the last third of the epochs took off"
    threshold: ClassVar[float] = 0.15
    fewest: ClassVar[int] = 3

    def of_curve(self, curve: Curve) -> Finding | None:
        loss = curve.loss
        if len(loss) < self.fewest or (len(curve.validation_loss) and _rises(curve.validation_loss)):
            return None
        before, last = _smooth(loss, -(len(loss) // 3) - 1), _smooth(loss, -1)
        number = 1 - last / before if before > 0 else 0.0
        if number < self.threshold or last < 0.1 * loss[0]:
            return None
        return self.found(
            "Not broken, too short: the loss is still on its way down when the training ends.",
            number, f"epochs {len(loss) - len(loss) // 3} to {len(loss)}, from {shown(before)} to {shown(last)}",
            fix.longer(LONGER[0]),
        )  # fmt: skip


class Flat(CurveCheck):
    """The loss does not move at all."""

    name, measure = "rate_too_low", "part of the loss that all epochs took off"
    threshold: ClassVar[float] = 0.02
    fewest: ClassVar[int] = 3

    def of_curve(self, curve: Curve) -> Finding | None:
        loss = curve.loss
        if len(loss) < self.fewest or loss[0] <= 0:
            return None
        number = 1 - min(loss) / loss[0]
        if number > self.threshold or max(loss) > loss[0] * (1 + self.threshold):
            return None
        return self.found(
            f"The loss stays where it began, from {shown(loss[0])} to {shown(loss[-1])}: the learning rate is too low, "
            "or no gradient arrives.",
            number, counted(len(loss), 'epoch'),
            advice="ask net.diagnose(X, y), which looks at the gradients, or take ten times the learning rate",
        )  # fmt: skip


def _rises(series: Sequence[float]) -> bool:
    return series[-1] > 1.05 * min(series)


def _smooth(series: Sequence[float], at: int) -> float:
    """The median of an entry and its two neighbours before."""
    end = len(series) + at + 1
    return float(np.median(series[max(0, end - 3) : end]))
