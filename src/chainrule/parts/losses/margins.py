"""The losses of margins: by how much the right answer is to be ahead."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from chainrule.parts.contract import Activation, Array, Loss, Rule, setting
from chainrule.parts.losses.shared import check_answers, check_one_class, class_margins, margins


class Hinge(Loss):
    """Hinge loss: how much is lacking to a margin of 1 between right and wrong, 0 beyond it.

    With one output l = max(0, 1 - s a), where s is 1 for yes and -1 for no, and the output says yes above 0. With k
    outputs l = Σ max(0, 1 - a_y + a_j) / k over the classes j other than the right one, y. Its slope at the margin is
    that beyond it, 0.

    Source: C. Cortes, V. Vapnik, Support-vector networks, 1995; J. Weston, C. Watkins, Support vector machines for
    multi-class pattern recognition, 1999.
    """

    is_classification: ClassVar[bool] = True
    threshold: ClassVar[float] = 0.0

    def for_output(self, output: Activation, outputs: int) -> Loss:
        return margins(self, output, outputs, _BinaryHinge, _ClassHinge)


class _BinaryHinge(Hinge):
    notes: ClassVar = {"s": "1 for yes, -1 for no"}

    def check_targets(self, y: Array) -> None:
        check_answers(y, "hinge")

    def forward(self, q: Rule) -> None:
        q.s = 2 * q.y - 1
        q.l = np.maximum(0, 1 - q.s * q.a).sum(axis=1)

    def backward(self, q: Rule) -> None:
        q.da = -q.s * (q.s * q.a < 1) / q.m


class _ClassHinge(Hinge):
    single_label: ClassVar[bool] = True
    notes: ClassVar = {
        "right": "the output of the right class",
        "margin": "what the others lack to a margin of 1",
    }

    def check_targets(self, y: Array) -> None:
        check_one_class(y, "hinge")

    def forward(self, q: Rule) -> None:
        class_margins(q)
        q.l = q.margin.sum(axis=1) / q.k

    def backward(self, q: Rule) -> None:
        q.lacking = 1 * (q.margin > 0)
        q.da = (q.lacking - q.y * q.lacking.sum(axis=1, keepdims=True)) / q.k / q.m


class SquaredHinge(Loss):
    """Squared hinge loss: the square of what is lacking to a margin of 1 between right and wrong.

    With one output l = max(0, 1 - s a)², where s is 1 for yes and -1 for no, and the output says yes above 0. With k
    outputs l = Σ max(0, 1 - a_y + a_j)² / k over the classes j other than the right one, y.

    Source: K. Crammer, Y. Singer, On the algorithmic implementation of multiclass kernel-based vector machines, 2001;
    C. Hsieh et al., A dual coordinate descent method for large-scale linear SVM, ICML 2008.
    """

    is_classification: ClassVar[bool] = True
    threshold: ClassVar[float] = 0.0

    def for_output(self, output: Activation, outputs: int) -> Loss:
        return margins(self, output, outputs, _BinarySquaredHinge, _ClassSquaredHinge)


class _BinarySquaredHinge(SquaredHinge):
    notes: ClassVar = {"s": "1 for yes, -1 for no"}

    def check_targets(self, y: Array) -> None:
        check_answers(y, "squared_hinge")

    def forward(self, q: Rule) -> None:
        q.s = 2 * q.y - 1
        q.l = np.square(np.maximum(0, 1 - q.s * q.a)).sum(axis=1)

    def backward(self, q: Rule) -> None:
        q.da = -2 * q.s * np.maximum(0, 1 - q.s * q.a) / q.m


class _ClassSquaredHinge(SquaredHinge):
    single_label: ClassVar[bool] = True
    notes: ClassVar = {
        "right": "the output of the right class",
        "margin": "what the others lack to a margin of 1",
    }

    def check_targets(self, y: Array) -> None:
        check_one_class(y, "squared_hinge")

    def forward(self, q: Rule) -> None:
        class_margins(q)
        q.l = np.square(q.margin).sum(axis=1) / q.k

    def backward(self, q: Rule) -> None:
        q.da = 2 * (q.margin - q.y * q.margin.sum(axis=1, keepdims=True)) / q.k / q.m


class Triplet(Loss):
    """Triplet loss: l = max(0, margin + |anchor - positive| - |anchor - negative|), on rows in threes.

    Rows 0, 3, 6, … are anchors; the row after each should come out near it, and the one after that farther away by
    the margin. There is one value for each three, and no targets: y may be None. Distances are Euclidean, of
    differences with 1e-6 added, as PyTorch has it.

    Parameters
    ----------
    margin : above 0

    Source: F. Schroff, D. Kalenichenko, J. Philbin, FaceNet: a unified embedding for face recognition and clustering,
    CVPR 2015; V. Balntas et al., Learning local feature descriptors with triplets, BMVC 2016.
    """

    margin: float = setting(default=1.0, gt=0)

    group: ClassVar[int] = 3
    reads_targets: ClassVar[bool] = False
    notes: ClassVar = {
        "u": "rows 0, 3, 6, … less the row after each",
        "v": "rows 0, 3, 6, … less the second row after each",
        "da": "put(…, 1::3) stands in rows 1, 4, 7, …; the others are 0",
    }

    def forward(self, q: Rule) -> None:
        q.u = q.a[0::3] - q.a[1::3] + 1e-6
        q.v = q.a[0::3] - q.a[2::3] + 1e-6
        q.near = np.sqrt(np.square(q.u).sum(axis=1))
        q.far = np.sqrt(np.square(q.v).sum(axis=1))
        q.l = np.maximum(self.margin + q.near - q.far, 0)
