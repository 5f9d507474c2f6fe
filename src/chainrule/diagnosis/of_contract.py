"""Proofs about the parts: what they are decides that they can't work together, or go the wrong way."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from chainrule.diagnosis import fix
from chainrule.diagnosis.check import Check
from chainrule.diagnosis.evidence import Evidence
from chainrule.diagnosis.finding import Finding, shown
from chainrule.diagnosis.readings import data_loss, limits, moved, output_units
from chainrule.model.leaves import leaves
from chainrule.model.model import rebuilt
from chainrule.parts.misnamed import is_ours


class NothingMoves(Check):
    """A step leaves every parameter as it is, though there are gradients."""

    name, stage, measure = "nothing_moves", "proof", "how far the first step moves the parameters"
    threshold: ClassVar[float] = 0

    def find(self, evidence: Evidence) -> Finding | None:
        if not evidence.model.trained:
            return self.found(
                "All parameters are frozen, so no step moves any.", 0,
                f"all {len(evidence.model.parameters)} parameters", fix.UNFROZEN,
                advice="unfreeze some of them",
            )  # fmt: skip
        _, size, _ = moved(evidence.first)
        rate = fix.rate_of(evidence.optimizer)
        slopes = any(np.any(evidence.first.results[f"d{name}"]) for name in evidence.model.trained)
        if size > 0 or not slopes or rate != 0:
            return None
        return self.found(
            "The learning rate is 0: there are gradients, and a step moves nothing.", size,
            f"all {len(evidence.model.trained)} parameters that are trained", fix.usual_rate(evidence.optimizer),
            advice="take a learning rate above 0",
        )  # fmt: skip


class ConstantOutput(Check):
    """The last activation gives the same for any sums, as softmax of one output does."""

    name, stage, measure = "constant_output", "proof", "span of the output over all sums"
    threshold: ClassVar[float] = 1e-9

    def find(self, evidence: Evidence) -> Finding | None:
        units = output_units(evidence.program)
        low, high = limits(evidence.first, units)
        if not high - low < self.threshold:
            return None
        part = evidence.program.plan.layers[units.place].label()
        rows = len(evidence.y)
        return self.found(
            f"The output is {shown(high)} whatever the weights are: {part} of one output has no slope, so every dW is "
            "0.",
            high - low, f"all {rows:,} rows",
            advice=f"take {fix.yes_or_no_output()}, or an output for each class",
        )  # fmt: skip


class WrongGradient(Check):
    """A backward rule of one's own gives what is not the slope of the loss."""

    name, stage, measure = "wrong_gradient", "proof", "slope by the gradients over the slope by two losses"
    threshold: ClassVar[float] = 0.05
    step: ClassVar[float] = 1e-6

    def find(self, evidence: Evidence) -> Finding | None:
        model = evidence.model
        parts = (*model.layers, model.loss_part, model.penalty, model.scale_target)
        own = [part for part in parts if part is not None and not is_ours(type(part))]
        if not own:
            return None
        slopes = self._slopes(evidence)
        wrong = [(told, true) for told, true, size in slopes if abs(told - true) > self.threshold * size]
        if 2 * len(wrong) <= len(slopes):
            return None
        told, true = wrong[0]
        turned = all(abs(told + true) < self.threshold * abs(true) for told, true in wrong)
        names = ", ".join(part.label() for part in own)
        sign = " It has the opposite sign: training goes uphill." if turned else ""
        return self.found(
            f"The gradients are not the slope of the loss, so a rule in {names} is wrong.{sign}",
            told / true if true else np.inf,
            f"along {len(slopes)} directions at random; in the first {shown(told)}, and by two losses {shown(true)}",
            advice="leave its backward out: it is derived from forward",
            threshold=1.0,
        )  # fmt: skip

    def _slopes(self, evidence: Evidence) -> list[tuple[float, float, float]]:
        """Along some directions: the slope by the gradients, by two losses, and how large slopes are."""
        model, rng = rebuilt(evidence.model, dtype="float64"), np.random.default_rng(0)
        program, record = model.program(), evidence.first
        flat = model.parameters.flat
        flat += (
            0.01 * (0.1 + np.abs(flat)) * rng.standard_normal(flat.shape)
        )  # off kinks, where there is no slope
        noise = {name: np.asarray(record.leaves[name], np.float64) for name in program.noise}
        given = leaves(
            model, program, evidence.X[: record.samples], evidence.y[: record.samples], noise=noise
        )
        loss, start = data_loss(program), flat.copy()
        gradients = program.run(given, wanted=[f"d{name}" for name in model.parameters])
        slope = np.concatenate([np.ravel(each) for each in gradients.values()])
        if loss == "L_data":
            loss = "L"
        found = []
        for _ in range(4):
            along = rng.standard_normal(flat.shape)
            ends = []
            for sign in (1, -1):
                flat[...] = start + sign * self.step * along
                ends.append(float(program.run(given, wanted=[loss])[loss]))
            true, size = (ends[0] - ends[1]) / (2 * self.step), float(np.linalg.norm(slope))
            rounding = 1e-15 * abs(ends[0]) / self.step
            found.append((float(slope @ along), true, size + 100 * rounding))
        return found


class Uphill(Check):
    """The optimizer's step goes along the gradient, not against it."""

    name, stage, measure = "uphill", "proof", "cosine between the first move and the gradient"
    threshold: ClassVar[float] = 0.5

    def find(self, evidence: Evidence) -> Finding | None:
        _, _, cosine = moved(evidence.first)
        if cosine <= self.threshold:
            return None
        return self.found(
            f"{evidence.optimizer.label()} moves the parameters along the gradient, where the loss grows.",
            cosine, "the first step", advice="write q.w_new = q.w - …, with a minus",
        )  # fmt: skip


class TargetsOutOfReach(Check):
    """Targets that are numbers lie where the output can't."""

    name, stage, measure = "targets_out_of_reach", "proof", "share of rows out of reach"
    threshold: ClassVar[float] = 0.01

    def find(self, evidence: Evidence) -> Finding | None:
        model, units = evidence.model, output_units(evidence.program)
        if model.loss_part.is_classification or not model.loss_part.reads_targets:
            return None
        low, high = limits(evidence.first, units)
        y = evidence.y if model.scale_target is None else np.asarray(evidence.first.results["y"])
        out = ((y < low - 1e-6) | (y > high + 1e-6)).any(axis=1)
        if out.mean() <= self.threshold or high - low < 1e-9:
            return None
        part = evidence.program.plan.layers[units.place].label()
        between = f"between {shown(low)} and {shown(high)}" if np.isfinite([low, high]).all() else (
            f"at least {shown(low)}" if np.isfinite(low) else f"at most {shown(high)}"
        )  # fmt: skip
        return self.found(
            f"The output {part} gives numbers {between}, and targets lie beyond: no weights reach them.",
            float(out.mean()), f"{int(out.sum()):,} of {len(y):,} rows, the first one row {int(out.argmax())}",
            fix.free_output(model),
        )  # fmt: skip


class SeveralLabels(Check):
    """Outputs share a whole of 1, and the targets of a row do not."""

    name, stage, measure = "several_labels", "proof", "share of rows whose targets don't sum to 1"
    threshold: ClassVar[float] = 0.01

    def find(self, evidence: Evidence) -> Finding | None:
        last = evidence.model.layers[-1]
        if not (getattr(last, "couples_outputs", False) and getattr(last, "probabilities", False)):
            return None
        if not evidence.model.loss_part.reads_targets or evidence.model.scale_target is not None:
            return None
        other = np.abs(evidence.y.sum(axis=1) - 1) > 1e-6
        if other.mean() <= self.threshold:
            return None
        return self.found(
            f"The outputs of {last.label()} sum to 1, and the targets of rows do not: several labels of a row can't "
            "all be likely.",
            float(other.mean()),
            f"{int(other.sum()):,} of {len(other):,} rows, the first one row {int(other.argmax())}",
            fix.yes_or_no_outputs(evidence.model),
        )  # fmt: skip


class SeparateOutputs(Check):
    """Each output says yes or no by itself, and every row has exactly one yes."""

    name, stage, measure = "separate_outputs", "proof", "share of rows with exactly one yes"
    threshold: ClassVar[float] = 1.0
    warning = True
    few: ClassVar[int] = 20

    def find(self, evidence: Evidence) -> Finding | None:
        answers, y = evidence.model.answers, evidence.y
        if not (answers.separate and answers.of_classes and y.shape[1] > 1) or len(y) < self.few:
            return None
        one = ((y == 0) | (y == 1)).all(axis=1) & (y.sum(axis=1) == 1)
        if not one.all():
            return None
        return self.found(
            "Each output is asked by itself, and each row belongs to one class: the outputs may say yes to none or to "
            "several. It can be learnt so, but not as directly.",
            1.0, f"all {len(y):,} rows", advice=f"take {fix.one_class_output()}, one class of several",
        )  # fmt: skip
