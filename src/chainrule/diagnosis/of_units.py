"""Symptoms in the units and their gradients."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from chainrule.diagnosis import fix
from chainrule.diagnosis.check import Check
from chainrule.diagnosis.evidence import Evidence, Probe
from chainrule.diagnosis.finding import Finding
from chainrule.diagnosis.fix import Fix
from chainrule.diagnosis.readings import Units, hidden_units, limits, listed, output_units, rms
from chainrule.parts.contract import Array
from chainrule.utils.counts import counted

FLAT = 1e-6  # from a limit


class _AtAnEnd(Check):
    """Looks at one of the two ends of the steps: what is there from the start is a cause, what came later follows."""

    stage = "symptom"

    def __init__(self, later: bool) -> None:
        self.later = later

    def probe(self, evidence: Evidence) -> Probe:
        """The first step, or the last one."""
        return evidence.probes[-1 if self.later else 0]

    def when(self, evidence: Evidence) -> str:
        """When that is, in words."""
        return f"after {counted(self.probe(evidence).step, 'step')}" if self.later else "from the start"

    def calmer(self, evidence: Evidence) -> tuple[Fix, ...]:
        """Smaller steps, where it was steps that brought units there."""
        return fix.other_rates(evidence.optimizer, (0.1, 0.01)) if self.later else ()


class DeadUnits(_AtAnEnd):
    """Units that are off for every row, so that no gradient passes them."""

    name, measure = "dead_units", "share of a layer's units that are dead"
    threshold: ClassVar[float] = 0.5

    def find(self, evidence: Evidence) -> Finding | None:
        probe = self.probe(evidence)
        for units in hidden_units(evidence.program):
            dead = self._dead(probe, units)
            if len(dead) and dead.mean() >= self.threshold:
                return self._found(evidence, units, np.flatnonzero(dead), len(dead))
        return None

    def _dead(self, probe: Probe, units: Units) -> Array:
        """Units whose outputs are at the one limit of their activation for every row, where it is flat."""
        low, high = limits(probe.record, units)
        if np.isfinite([low, high]).all():
            return np.zeros(0, bool)
        outputs = np.asarray(probe.record.results[units.outputs], np.float64)
        return np.asarray(((outputs - low < FLAT) | (high - outputs < FLAT)).all(axis=0))

    def _found(self, evidence: Evidence, units: Units, dead: Array, width: int) -> Finding:
        model = evidence.model
        return self.found(
            f"Units of layer {units.number} are off for every row {self.when(evidence)}: their slope is 0, so what is "
            "before them has no gradient through them, and nothing turns them on again.",
            len(dead) / width, f"{len(dead)} of {width} units of layer {units.number}: {listed(dead)}",
            (*self.calmer(evidence), *fix.fresh_weights(model), *fix.leaky_units(model)),
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
                return self._found(evidence, units, float(at.mean()), full, outputs.shape[1])
        return None

    def _found(self, evidence: Evidence, units: Units, share: float, full: Array, width: int) -> Finding:
        model, label = evidence.model, evidence.program.plan.layers[units.place].label()
        return self.found(
            f"Outputs of layer {units.number} lie at the limits of {label} {self.when(evidence)}, where it is flat: "
            "hardly any gradient passes.",
            share, f"{len(full)} of {width} units of layer {units.number}: {listed(full)}",
            (*self.calmer(evidence), *fix.fresh_weights(model), *fix.straight_units(model)),
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
