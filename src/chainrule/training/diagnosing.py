"""A diagnosis: a training is rehearsed, checks look at it, and what they advise is tried before it is told."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.diagnosis import CHECKS, MOST, Check, Diagnosis, Evidence, Finding, Fix, Trial
from chainrule.engines.batches import Batches
from chainrule.errors import ChainruleError
from chainrule.model.model import Model
from chainrule.parts.contract import Optimizer
from chainrule.training.fit import validation_samples
from chainrule.training.rehearsal import TRIAL, Rehearsal, State, evidence, lasting, places, rehearse
from chainrule.utils import checks
from chainrule.utils.counts import counted

MOST_ROWS = 5_000  # that are looked at
USUAL_STEPS = 1000  # of a training that does not say how long it is
GAIN = 0.9  # the part of the loss that a fix leaves at most
LEAST_GAIN = 0.03  # of the loss of a guess, that it takes off at least
BETTER = 0.8  # what another fix of the same leaves at most, to be preferred to an earlier one
LONGER_GAIN = 0.5  # what is left at most by a longer training, where that alone was missing


def copied(model: Model, optimizer: Optimizer) -> tuple[Model, Optimizer]:
    """Copies to look at: the optimizer begins anew."""
    return copy.deepcopy(model), copy.deepcopy(optimizer.stateless())


def diagnose(
    model: Model, data: Batches, optimizer: Optimizer, validation_data: Any, open_end: bool, trials: bool
) -> Diagnosis:
    """Why a training isn't learning; see `Network.diagnose`. Model and optimizer are copies."""
    checks.truth(trials, "trials")
    held_out = validation_samples(model, validation_data)
    epochs = -(-USUAL_STEPS // data.per_epoch) if open_end else data.epochs
    seed = int(data.streams.entropy)
    few = _few(data, model.paired_loss.group, seed)
    state = State(model, optimizer, few, seed, None if held_out is None else (held_out[0][:], held_out[1][:]))
    with np.errstate(all="ignore"):
        return _Diagnosing(state, epochs * data.per_epoch, len(data.X), trials).run()


def _few(data: Batches, group: int, seed: int) -> Batches:
    """No more rows than can be looked at, drawn by the seed, as arrays."""
    if len(data.X) <= MOST_ROWS:
        return replace(data, X=np.asarray(data.X[:]), y=np.asarray(data.y[:]), order=None)
    most = MOST_ROWS - MOST_ROWS % group
    first = np.random.default_rng(seed).choice(len(data.X) // group, most // group, replace=False)
    rows = (np.sort(first)[:, None] * group + np.arange(group)).reshape(-1)
    weight = None if data.weight is None else data.weight[rows]
    return replace(
        data, X=np.asarray(data.X[rows]), y=np.asarray(data.y[rows]), weight=weight, order=None,
        size=min(data.size, most),
    )  # fmt: skip


@dataclass
class _Diagnosing:
    """One diagnosis: each fix that helps is kept, and what is wrong then is looked for from there."""

    state: State
    asked: int
    rows: int
    trials: bool

    def run(self) -> Diagnosis:
        """Look, try, and look again."""
        self.steps = max(min(self.asked, self.state.most), TRIAL)
        self.looked_at = sorted({*places(self.steps), *(n for n in (self.asked,) if n < self.steps)})
        rehearsal = self._rehearse(self.state)
        dismissed: list[str] = []
        if not self.trials:
            found = self._untried(self._evidence(self.state, rehearsal))
        else:
            found = self._tried(rehearsal, dismissed)
        names = [finding.name for finding in found]
        left = tuple(dict.fromkeys(name for name in dismissed if name not in names))
        return Diagnosis(tuple(found[:MOST]), self._told(), left)

    def _rehearse(self, state: State) -> Rehearsal:
        return rehearse(state, self.steps, self.looked_at, validated=True)

    def _evidence(self, state: State, rehearsal: Rehearsal) -> Evidence:
        return evidence(state, rehearsal, self.asked)

    def _untried(self, seen: Evidence) -> list[Finding]:
        """All that is found; symptoms alone where no proof of a cause is."""
        found = [finding for check in CHECKS if (finding := check.find(seen)) is not None]
        causes = [each for each in found if each.stage == "proof" and not each.warning]
        return causes + [
            each for each in found
            if each.warning or (each.stage == "symptom" and not causes and not each.unsure)
        ]  # fmt: skip

    def _tried(self, rehearsal: Rehearsal, dismissed: list[str]) -> list[Finding]:
        """What is found and helped; the names of what did not are told of."""
        state, left = self.state, list(CHECKS)
        found: list[Finding] = []
        while left and len(found) < MOST:
            seen = self._evidence(state, rehearsal)
            step = self._next(state, seen, rehearsal, left, dismissed)
            if step is None:
                break
            finding, state, rehearsal, left = step
            found.append(finding)
        return found

    def _next(
        self, state: State, seen: Evidence, rehearsal: Rehearsal, left: list[Check], dismissed: list[str]
    ) -> tuple[Finding, State, Rehearsal, list[Check]] | None:
        """The first of the checks that finds something which helps; with what is left to look for then."""
        for check in left:
            finding = check.find(seen)
            if finding is None or not (finding.fixes or finding.advice):
                continue
            others = [other for other in left if other is not check]
            if not finding.fixes:
                fatal = finding.stage == "proof" and not finding.warning
                return finding, state, rehearsal, ([] if fatal else others)
            helped = self._try(state, seen, rehearsal, finding)
            if helped is not None:
                last = finding.fixes[0].longer > 1  # nothing else was missing
                return *helped, [other for other in others if other.warning or not last]
            if finding.advice:  # so it is, whatever helps
                return replace(finding, fixes=()), state, rehearsal, others
            dismissed.append(finding.name)
        return None

    def _try(
        self, state: State, seen: Evidence, rehearsal: Rehearsal, finding: Finding
    ) -> tuple[Finding, State, Rehearsal] | None:
        """The finding with the fix that helps most, and what comes of it."""
        if finding.fixes[0].longer > 1:
            lasted = self._lasted(state, finding)
            return None if lasted is None else (lasted, state, rehearsal)
        best: tuple[float, Finding, State, Rehearsal] | None = None
        for fix in finding.fixes:
            try:
                fixed = state.with_fix(fix)
                after = self._rehearse(fixed)
            except ChainruleError:
                continue  # what does not fit this network is no fix
            trial, left = self._compared(seen, rehearsal, after, fix)
            if left is not None and (best is None or left < BETTER * best[0]):
                best = left, replace(finding, fixes=(fix,), trial=trial), fixed, after
            elif best is not None:
                break  # further along the same way it gets no better
        return None if best is None else best[1:]

    def _compared(
        self, seen: Evidence, before: Rehearsal, after: Rehearsal, fix: Fix
    ) -> tuple[Trial, float | None]:
        """Both losses; and what part the fix leaves, where that is a gain."""
        keeps = fix.keeps_loss
        at = tuple(dict.fromkeys((min(TRIAL, self.steps), self.steps)))
        measure = "loss" if keeps else "unexplained part of y"
        trial = Trial(
            measure, at, tuple(before.at(n, keeps) for n in at), tuple(after.at(n, keeps) for n in at)
        )
        without, with_fix, scale = trial.without[-1], trial.with_fix[-1], seen.scale if keeps else 1.0
        gains = with_fix <= GAIN * without and without - with_fix >= LEAST_GAIN * scale
        if not (gains and np.isfinite(with_fix)):
            return trial, None
        return trial, max(with_fix, 1e-12) / (without if np.isfinite(without) else 1e3 * scale)

    def _lasted(self, state: State, finding: Finding) -> Finding | None:
        """The finding with how much longer it takes, where a longer training alone brings what was missing."""
        times = [fix.longer for fix in finding.fixes]
        first, *others = lasting(state, self.asked // state.data.per_epoch, times) or [np.inf]
        for fix, loss in zip(finding.fixes, others, strict=False):
            if loss <= LONGER_GAIN * first:
                trial = Trial("loss", (fix.longer * self.asked,), (first,), (loss,))
                return replace(finding, fixes=(fix,), trial=trial)
        return None

    def _told(self) -> str:
        """What was looked at, in words."""
        count = len(self.state.data.X)
        rows = f"{count:,} of {self.rows:,} rows" if count < self.rows else counted(count, "row")
        steps = (
            f"{self.steps:,} of {self.asked:,} steps"
            if self.steps < self.asked
            else counted(self.steps, "step")
        )
        return f"Looked at {rows}, and at {steps} of a copy; the network is as it was."
