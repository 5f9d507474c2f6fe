"""Proofs about the samples: what they hold decides that nothing, or little, can be learnt."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from chainrule.diagnosis import fix
from chainrule.diagnosis.check import Check
from chainrule.diagnosis.evidence import Evidence
from chainrule.diagnosis.finding import Finding, shown
from chainrule.diagnosis.readings import limits, listed, output_units, rms
from chainrule.model.model import reads_tables
from chainrule.parts.contract import Array

FEW = 30  # rows, below which chance does what it likes


class ConstantTarget(Check):
    """All targets are the same."""

    name, stage, measure = "constant_target", "proof", "different targets"
    threshold: ClassVar[float] = 2

    def find(self, evidence: Evidence) -> Finding | None:
        if not evidence.has_targets or len(evidence.y) < 2 or (evidence.y != evidence.y[0]).any():
            return None
        return self.found(
            "All targets are the same, so there is nothing to tell apart: any network that always says this is right.",
            1, f"all {len(evidence.y):,} rows",
            advice="look at how y is made: a filter, a wrong column, a cast to whole numbers",
        )  # fmt: skip


class ConstantInputs(Check):
    """All rows of the inputs are the same."""

    name, stage, measure = "constant_inputs", "proof", "columns that vary"
    threshold: ClassVar[float] = 1

    def find(self, evidence: Evidence) -> Finding | None:
        X = evidence.prepared
        if len(X) < 2 or (X[0] != X).any():
            return None
        return self.found(
            "All rows of X are the same, so every row gets the same output.", 0, f"all {len(X):,} rows",
            advice="look at how X is made: a scale of 0, a wrong column, rows that are copies",
        )  # fmt: skip


class ConstantColumns(Check):
    """Some columns are the same number other than 0 in all rows: they act as a second bias."""

    name, stage, measure = "constant_columns", "proof", "columns that never vary"
    threshold: ClassVar[float] = 1
    warning = True

    def find(self, evidence: Evidence) -> Finding | None:
        X = evidence.prepared
        same = (X[0] == X).all(axis=0)
        columns = np.flatnonzero(same & (X[0] != 0))
        if len(X) < 2 or same.all() or not len(columns):
            return None
        return self.found(
            "In some columns all rows are the same: they tell nothing, and move all sums of layer 1 alike.",
            len(columns), f"columns {', '.join(evidence.column(int(each)) for each in columns[:4])}",
            fix.centred_columns(evidence.model, evidence.program, evidence.X, columns),
        )  # fmt: skip


class UnscaledInputs(Check):
    """Inputs are far larger or smaller than the weights are drawn for."""

    name, stage, measure = "unscaled_inputs", "proof", "root mean square of a column"
    threshold: ClassVar[float] = 10.0
    least: ClassVar[float] = 0.05

    def find(self, evidence: Evidence) -> Finding | None:
        sizes = rms(evidence.prepared, axis=0)
        live = np.flatnonzero(sizes)
        if not len(live) or reads_tables(evidence.model):
            return None
        fixes = fix.scaled_inputs(evidence.model, evidence.program, evidence.X)
        largest = int(sizes.argmax())
        if sizes[largest] > self.threshold:
            wide = np.flatnonzero(sizes > self.threshold)
            return self.found(
                "The inputs are not scaled: weights are drawn for columns of about 1, and larger ones make sums, and "
                "steps of their weights, as many times too large.",
                sizes[largest], self._columns(evidence, wide[np.argsort(-sizes[wide])]), fixes,
            )  # fmt: skip
        if sizes[largest] >= self.least:
            return None
        return self.found(
            "The inputs are scaled down to nearly 0, perhaps twice: their weights hardly have a gradient, and only the "
            "biases learn.",
            sizes[largest], self._columns(evidence, live), fixes, threshold=self.least,
            measure="largest root mean square of a column",
        )  # fmt: skip

    def _columns(self, evidence: Evidence, columns: Array) -> str:
        named = ", ".join(evidence.column(int(each)) for each in columns[:4])
        return f"{len(columns)} of {evidence.prepared.shape[1]} columns: {named}{', …' if len(columns) > 4 else ''}"


class UnscaledTargets(Check):
    """Targets that are numbers are far larger or smaller than an untrained network's outputs."""

    name, stage, measure = "unscaled_targets", "proof", "root mean square of the targets"
    threshold: ClassVar[float] = 10.0
    least: ClassVar[float] = 0.02

    def find(self, evidence: Evidence) -> Finding | None:
        model = evidence.model
        loss = model.loss_part
        if loss.is_classification or not (loss.reads_targets and loss.real_targets) or model.scale_target:
            return None
        if np.isfinite(limits(evidence.first, output_units(evidence.program))).any():
            return None
        sizes = rms(evidence.y, axis=0)
        size = float(sizes.max())
        if not (size > self.threshold or 0 < size < self.least):
            return None
        far = "large" if size > self.threshold else "small"
        return self.found(
            f"The targets are {far} numbers, and an untrained network gives about 1: the first errors are as {far}, "
            "and so are the gradients.",
            size, f"from {shown(float(evidence.y.min()))} to {shown(float(evidence.y.max()))}",
            fix.scaled_targets(evidence.y), threshold=self.threshold if far == "large" else self.least,
        )  # fmt: skip


class UnrelatedTargets(Check):
    """Neither neighbours nor straight lines tell anything of the targets: rows of X and y may not belong together."""

    name, stage = "unrelated_targets", "proof"
    measure = "share of shuffled targets that go as well with X"
    threshold: ClassVar[float] = 0.02
    fewest: ClassVar[int] = 60
    rows: ClassVar[int] = 800
    shuffles: ClassVar[int] = 200
    neighbours: ClassVar[int] = 10

    def find(self, evidence: Evidence) -> Finding | None:
        if not evidence.has_targets:
            return None
        rng = np.random.default_rng(0)
        rows = rng.permutation(len(evidence.X))[: self.rows]
        X, y = _standard(evidence.prepared[rows]), _standard(evidence.y[rows])
        if len(rows) < self.fewest or not X.shape[1] or not y.shape[1]:
            return None
        near = _nearest(X, min(self.neighbours, len(rows) // 5))

        def relations(y: Array) -> tuple[float, float]:
            return float((y[near].mean(axis=1) * y).sum()), float(np.abs(X.T @ y).max())

        by_neighbours, by_lines = relations(y)
        others = [relations(y[rng.permutation(len(y))]) for _ in range(self.shuffles)]
        number = min(
            float(np.mean([each >= by_neighbours for each, _ in others])),
            float(np.mean([each >= by_lines for _, each in others])),
        )
        if number < self.threshold / 2:  # two questions were asked
            return None
        return self.found(
            "The targets have nothing to do with the inputs: rows that are near each other have no targets that are, "
            "and no column goes with them.",
            number, f"{len(rows):,} rows",
            advice="look whether X and y are in the same order: one of them may have been shuffled, sorted or filtered "
            "alone",
        )  # fmt: skip


def _standard(array: Array) -> Array:
    """Columns of mean 0 and deviation 1, without those that don't vary."""
    centred = array - array.mean(axis=0)
    spread = centred.std(axis=0)
    live = spread > 1e-12 * np.maximum(1, np.abs(array).max(axis=0))
    return np.asarray(centred[:, live] / spread[live])


def _nearest(X: Array, count: int) -> Array:
    """For each row the nearest others."""
    squares = np.square(X).sum(axis=1)
    distances = squares[:, None] + squares - 2 * X @ X.T
    np.fill_diagonal(distances, np.inf)
    return np.argpartition(distances, count, axis=1)[:, :count]


class TargetInInputs(Check):
    """A column is the target by another name."""

    name, stage, measure = "target_in_inputs", "proof", "columns that give the target exactly"
    threshold: ClassVar[float] = 1
    warning = True

    def find(self, evidence: Evidence) -> Finding | None:
        X, y = evidence.X, evidence.y
        if (
            not evidence.has_targets
            or X.shape[1] < 2
            or len(X) < FEW
            or len(np.unique(X[:FEW], axis=0)) < FEW
        ):
            return None  # few rows that are different: a toy, whose target may well be a column
        codes = y.argmax(axis=1).astype(float)[:, None] if y.shape[1] > 1 else y
        columns = [
            column for column in range(X.shape[1])
            if np.isfinite(X[:, column]).all() and any(_same(X[:, column], target) for target in codes.T)
        ]  # fmt: skip
        if not columns:
            return None
        return self.found(
            "A column of X says the target: the network learns it, and nothing else. That is right only if it is known "
            "before the target is.",
            len(columns), f"column {', '.join(evidence.column(each) for each in columns[:4])}",
            advice=f"leave column {listed(columns)} out, unless it is known when predictions are made",
        )  # fmt: skip


def _same(column: Array, target: Array) -> bool:
    """Whether one says the other: each value of one goes with one value of the other, or both lie on a line."""
    values, codes = np.unique(column, return_inverse=True)
    classes, truth = np.unique(target, return_inverse=True)
    if len(classes) < 2 or len(values) < 2:
        return False
    if len(classes) <= len(target) // 10:
        pairs = np.unique(np.column_stack([codes.ravel(), truth.ravel()]), axis=0)
        return len(values) == len(classes) == len(pairs)
    a, b = column - column.mean(), target - target.mean()
    return bool(abs(a @ b) > (1 - 1e-10) * np.sqrt((a @ a) * (b @ b)))
