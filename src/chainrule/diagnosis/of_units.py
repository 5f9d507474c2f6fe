"""Symptoms in the units and their gradients."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from chainrule.diagnosis import fix
from chainrule.diagnosis.check import Check
from chainrule.diagnosis.evidence import Evidence, Probe
from chainrule.diagnosis.finding import Finding
from chainrule.diagnosis.readings import Units, hidden_units, limits, listed, output_units, rms
from chainrule.parts.contract import Array

LOWER = (0.1, 0.01)
FLAT = 1e-6  # from a limit


class _AtAnEnd(Check):
    """Looks at one of the two ends of the steps: what is there from the start is a cause, what came later follows."""

    stage = "symptom"

    def __init__(self, later: bool) -> None:
        self.later = later

    def probe(self, evidence: Evidence) -> Probe:
        """The first step, or the last one."""
        return evidence.probes[-1 if self.later else 0]


class DeadUnits(_AtAnEnd):
    """Units that are off for every row, so that no gradient passes them."""

    name, measure = "dead_units", "share of a layer's units that are dead"
    threshold: ClassVar[float] = 0.5

    def find(self, evidence: Evidence) -> Finding | None:
        probe = self.probe(evidence)
        for units in hidden_units(evidence.program):
            dead = self._dead(probe, units)
            if len(dead) and dead.mean() >= self.threshold:
                return self._found(evidence, probe, units, np.flatnonzero(dead), len(dead))
        return None

    def _dead(self, probe: Probe, units: Units) -> Array:
        """Units whose outputs are at the one limit of their activation for every row, where it is flat."""
        low, high = limits(probe.record, units)
        if np.isfinite([low, high]).all():
            return np.zeros(0, bool)
        outputs = np.asarray(probe.record.results[units.outputs], np.float64)
        return np.asarray(((outputs - low < FLAT) | (high - outputs < FLAT)).all(axis=0))

    def _found(self, evidence: Evidence, probe: Probe, units: Units, dead: Array, width: int) -> Finding:
        count = len(dead)
        born = probe.step == 0
        when = "from the start" if born else f"after {probe.step:,} steps"
        lower = () if born else fix.other_rates(evidence.optimizer, LOWER)
        model = evidence.model
        return self.found(
            f"Units of layer {units.number} are off for every row {when}: their slope is 0, so what is before them has "
            "no gradient through them, and nothing turns them on again.",
            count / width, f"{count} of {width} units of layer {units.number}: {listed(dead)}",
            (*lower, *fix.fresh_weights(model), *fix.leaky_units(model)),
        )  # fmt: skip


class SaturatedUnits(_AtAnEnd):
    """Units whose outputs lie at the activation's limits, where it is flat."""

    name, measure = "saturated_units", "share of a layer's outputs within 1 % of a limit"
    threshold: ClassVar[float] = 0.5

    def find(self, evidence: Evidence) -> Finding | None:
        probe = self.probe(evidence)
        for units in hidden_units(evidence.program):
            low, high = limits(probe.record, units)
            if not np.isfinite([low, high]).all() or high - low < 1e-9:
                continue
            outputs = np.asarray(probe.record.results[units.outputs], np.float64)
            at = (outputs - low < 0.01 * (high - low)) | (high - outputs < 0.01 * (high - low))
            if at.mean() > self.threshold:
                full = np.flatnonzero(at.mean(axis=0) > self.threshold)
                return self._found(evidence, probe, units, float(at.mean()), full, outputs.shape[1])
        return None

    def _found(
        self, evidence: Evidence, probe: Probe, units: Units, share: float, full: Array, width: int
    ) -> Finding:
        model, born = evidence.model, probe.step == 0
        when = "from the start" if born else f"after {probe.step:,} steps"
        lower = () if born else fix.other_rates(evidence.optimizer, LOWER)
        count = len(full)
        return self.found(
            f"Outputs of layer {units.number} lie at the limits of {evidence.program.plan.layers[units.place].label()} "
            f"{when}, where it is flat: hardly any gradient passes.",
            share, f"{count} of {width} units of layer {units.number}: {listed(full)}",
            (*lower, *fix.fresh_weights(model), *fix.straight_units(model)),
        )  # fmt: skip


class _Flow(Check):
    """How much of the gradient of the last sums reaches the first ones."""

    stage = "symptom"

    def ratio(self, evidence: Evidence, probe: Probe) -> tuple[float, int]:
        """The root mean squares of the gradients of the first sums over that of the last; and how many layers."""
        layers = hidden_units(evidence.program)
        results = probe.record.results
        last = results.get(f"d{output_units(evidence.program).sums}")
        first = results.get(f"d{layers[0].sums}") if layers else None
        if first is None or last is None or not np.any(last):
            return 1.0, 0
        return float(rms(first) / rms(last)), len(layers)


class VanishingGradients(_Flow):
    """Next to nothing of the gradient reaches the first layer."""

    name, measure = "vanishing_gradients", "gradients of the first layer's sums over those of the last"
    threshold: ClassVar[float] = 0.01

    def find(self, evidence: Evidence) -> Finding | None:
        ratio, layers = self.ratio(evidence, evidence.probes[0])
        if layers < 2 or ratio > self.threshold:
            return None
        return self.found(
            f"Gradients vanish on their way back: of what is at the output, {ratio:.2g} arrives at layer 1, which "
            "hardly moves while the last one does.",
            ratio, f"{layers} hidden layers, before the first step",
            (*fix.fresh_weights(evidence.model), *fix.straight_units(evidence.model)),
        )  # fmt: skip


class ExplodingGradients(_Flow):
    """Gradients grow on their way back."""

    name, measure = "exploding_gradients", "gradients of the first layer's sums over those of the last"
    threshold: ClassVar[float] = 30.0

    def find(self, evidence: Evidence) -> Finding | None:
        ratio, layers = self.ratio(evidence, evidence.probes[0])
        if not layers or ratio < self.threshold:
            return None
        return self.found(
            f"Gradients grow on their way back: at layer 1 they are {ratio:.3g} times those at the output, so one "
            "learning rate can't suit both.",
            ratio, f"{layers} hidden layers, before the first step", fix.fresh_weights(evidence.model),
        )  # fmt: skip
