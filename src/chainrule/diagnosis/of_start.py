"""Proofs about the start: the weights, and what they cost, before the first step."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from chainrule.diagnosis import fix
from chainrule.diagnosis.check import Check
from chainrule.diagnosis.evidence import Evidence
from chainrule.diagnosis.finding import Finding, shown
from chainrule.diagnosis.readings import hidden_units


class EqualUnits(Check):
    """Units of a layer are equal, and so are their gradients: they stay equal, as one unit."""

    name, stage, measure = "equal_units", "proof", "share of a layer's units that are equal"
    threshold: ClassVar[float] = 0.5

    def find(self, evidence: Evidence) -> Finding | None:
        record, before = evidence.first, ""
        for units in hidden_units(evidence.program):
            sums, slopes = record.results[units.sums], record.results.get(f"d{units.sums}")
            if before and not np.any(record.results[before]):
                return None  # nothing arrives, so sums are equal whatever the weights are
            before = units.outputs
            if slopes is None or sums.shape[1] < 2:
                continue
            both = np.concatenate([sums, slopes])
            _, counts = np.unique(both, axis=1, return_counts=True)
            share = float(counts.max()) / sums.shape[1]
            if share > self.threshold:
                none = not np.any(slopes)
                what = "have no gradient at all" if none else "have the same gradients"
                return self.found(
                    f"Units of layer {units.number} begin equal and {what}: they stay equal, and are worth one unit.",
                    share, f"{int(counts.max())} of {sums.shape[1]} units of layer {units.number}",
                    fix.fresh_weights(evidence.model),
                )  # fmt: skip
        return None


class FirstLoss(Check):
    """The first loss is far above that of a guess: the first weights are too large."""

    name, stage, measure = "first_loss", "proof", "the first loss over that of a guess"
    threshold: ClassVar[float] = 3.0

    def find(self, evidence: Evidence) -> Finding | None:
        guess, loss = evidence.guess, evidence.probes[0].loss
        if guess is None or guess <= 0 or not loss > self.threshold * guess:
            return None
        return self.found(
            f"The first loss is {shown(loss)}, and a guess that looks at no input costs {shown(guess)}: the network "
            "begins sure of what is wrong, and first has to unlearn it.",
            loss / guess, "before the first step", fix.fresh_weights(evidence.model),
        )  # fmt: skip


class PenaltyTooStrong(Check):
    """The penalty pulls weights to 0 more than the data pull them anywhere."""

    name, stage, measure = "penalty_too_strong", "proof", "the penalty's gradients over those of the data"
    threshold: ClassVar[float] = 1.0

    def find(self, evidence: Evidence) -> Finding | None:
        penalty, results = evidence.model.penalty, evidence.first.results
        names = [name for name in evidence.model.parameters if f"d{name}_penalty" in results]
        if penalty is None or not names:
            return None
        pull, data = (
            float(np.sqrt(sum(float(np.square(results[f"d{name}_{of}"]).sum()) for name in names)))
            for of in ("penalty", "data")
        )
        if not pull > self.threshold * data:
            return None
        return self.found(
            f"{penalty} pulls the weights to 0 more than the data pull them anywhere else: what is learnt is to have "
            "none.",
            pull / data if data else np.inf, ", ".join(names), fix.weaker_penalty(penalty),
        )  # fmt: skip
