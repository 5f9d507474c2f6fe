"""Which losses, outputs and targets go together, and what is said of those that don't."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from loss_rows import told

import chainrule as cr
from chainrule.errors import InputError


@pytest.mark.parametrize("output", ["identity", "relu", "tanh"])
def test_cross_entropy_refuses_outputs_that_are_no_probabilities(output: str) -> None:
    name = {"relu": "ReLU"}.get(output, output.capitalize())
    logits = "loss=CrossEntropy(from_logits=True), " if output == "identity" else ""
    assert told(lambda: cr.Network([2, 2], output=output), InputError) == (
        f"cross_entropy compares probabilities, and the output {name}() gives none: take output='softmax' "
        f"(one class of several) or output='sigmoid' (yes or no for each output), {logits}or another loss, such as "
        "loss='mean_squared_error'."
    )


@pytest.mark.parametrize(
    ("loss", "output", "outputs", "message"),
    [
        (
            "binary_cross_entropy",
            "identity",
            2,
            "binary_cross_entropy compares probabilities, and the output Identity() gives none: take "
            "output='sigmoid', loss=BinaryCrossEntropy(from_logits=True), or another loss, such as "
            "loss='mean_squared_error'.",
        ),
        (
            "binary_cross_entropy",
            "log_softmax",
            2,
            "binary_cross_entropy compares probabilities, and the output LogSoftmax() gives none: take "
            "output='sigmoid', or another loss, such as loss='mean_squared_error'.",
        ),
        (
            cr.BinaryCrossEntropy(from_logits=True),
            "sigmoid",
            1,
            "BinaryCrossEntropy(from_logits=True) takes logits, and the output Sigmoid() gives none: take "
            "output='identity', or from_logits=False.",
        ),
        (
            cr.CrossEntropy(from_logits=True),
            "softmax",
            2,
            "CrossEntropy(from_logits=True) takes logits, and the output Softmax() gives none: take "
            "output='identity', or from_logits=False.",
        ),
        (
            cr.CrossEntropy(class_weights=[1, 2]),
            "softmax",
            3,
            "CrossEntropy: class_weights has 2 numbers for 3 outputs: give one for each class.",
        ),
        (
            cr.CrossEntropy(class_weights=[1, 2]),
            "sigmoid",
            2,
            "CrossEntropy: class_weights weighs classes of which one is right, and 2 sigmoid outputs say yes or no: "
            "leave it out; fit(class_weight=…) and fit(sample_weight=…) weigh samples.",
        ),
        (
            cr.CrossEntropy(class_weights=[1, 2], from_logits=True),
            "identity",
            1,
            "CrossEntropy: class_weights weighs classes of which one is right, and 1 identity output says yes or no: "
            "leave it out; fit(class_weight=…) and fit(sample_weight=…) weigh samples.",
        ),
        (
            "focal",
            "tanh",
            2,
            "focal compares probabilities, and the output Tanh() gives none: take output='softmax' (one class of "
            "several) or output='sigmoid' (yes or no for each output), or another loss, such as "
            "loss='mean_squared_error'.",
        ),
        (
            cr.Focal(alpha=0.25),
            "softmax",
            2,
            "Focal: alpha = 0.25 weighs yes against no, and softmax has neither: leave it out, or take "
            "output='sigmoid'; fit(class_weight=…) weighs classes.",
        ),
        (
            "kl_divergence",
            "sigmoid",
            2,
            "kl_divergence compares probabilities that sum to 1, and the output Sigmoid() gives none: take "
            "output='softmax' or output='log_softmax', or another loss, such as loss='mean_squared_error'.",
        ),
        (
            "poisson",
            "softplus",
            2,
            "Poisson(log_input=True) takes logarithms of rates, and the output Softplus() gives none: take "
            "output='identity', or log_input=False.",
        ),
        (
            cr.Poisson(log_input=False),
            "identity",
            2,
            "Poisson(log_input=False) takes rates, which are at least 0, and the output Identity() gives none: take "
            "output='softplus', or log_input=True with output='identity'.",
        ),
        (
            "hinge",
            "sigmoid",
            1,
            "hinge says yes above 0, and Sigmoid() gives nothing below: take output='identity', or "
            "loss='binary_cross_entropy'.",
        ),
        (
            "squared_hinge",
            "sigmoid",
            1,
            "squared_hinge says yes above 0, and Sigmoid() gives nothing below: take output='identity', or "
            "loss='binary_cross_entropy'.",
        ),
    ],
)  # fmt: skip
def test_pairs_that_do_not_go_together(loss: Any, output: str, outputs: int, message: str) -> None:
    assert told(lambda: cr.Network([2, outputs], output=output, loss=loss), InputError) == message


@pytest.mark.parametrize(
    ("loss", "output", "y", "message"),
    [
        (
            "cross_entropy",
            "softmax",
            [[0.5, 0.5], [0.3, 0.3]],
            "y[1] sums to 0.6: with softmax and cross_entropy the targets of a sample are probabilities that sum "
            "to 1, or give y as class labels.",
        ),
        (
            "cross_entropy",
            "softmax",
            [[0, 1], [-0.5, 1.5]],
            "y[1, 0] is -0.5: targets of cross_entropy lie between 0 and 1.",
        ),
        (
            "cross_entropy",
            "sigmoid",
            [[0, 2], [0, 1]],
            "y[0, 1] is 2: targets of cross_entropy lie between 0 and 1.",
        ),
        (
            "binary_cross_entropy",
            "sigmoid",
            [[0, 0], [0, 3]],
            "y[1, 1] is 3: targets of cross_entropy lie between 0 and 1.",
        ),
        (
            "focal",
            "softmax",
            [[1, 0], [1, 1]],
            "y[1] sums to 2: with softmax and focal the targets of a sample are probabilities that sum to 1, or give "
            "y as class labels.",
        ),
        (
            cr.CrossEntropy(from_logits=True),
            "identity",
            [[0.5, 0.5], [0.3, 0.3]],
            "y[1] sums to 0.6: with cross_entropy the targets of a sample are probabilities that sum to 1, or give y "
            "as class labels.",
        ),
        ("focal", "sigmoid", [[1, 0], [-1, 1]], "y[1, 0] is -1: targets of focal lie between 0 and 1."),
        (
            "kl_divergence",
            "log_softmax",
            [[1, 0], [0.2, 0.2]],
            "y[1] sums to 0.4: with kl_divergence the targets of a sample are probabilities that sum to 1, or give y "
            "as class labels.",
        ),
        ("hinge", "identity", [[1], [-1]], "y[1, 0] is -1: targets of hinge are 1 for yes and 0 for no."),
        (
            "squared_hinge",
            "identity",
            [0.5, 1],
            "y[0, 0] is 0.5: targets of squared_hinge are 1 for yes and 0 for no.",
        ),
        (
            "hinge",
            "identity",
            [[1, 0], [0.5, 0.5]],
            "y[1] names no class: with hinge the targets of a sample are a single 1 among zeros, or give y as class "
            "labels.",
        ),
        (
            "squared_hinge",
            "identity",
            [[1, 1], [0, 1]],
            "y[0] names no class: with squared_hinge the targets of a sample are a single 1 among zeros, or give y as "
            "class labels.",
        ),
        (
            "poisson",
            "identity",
            [[1, 0], [2, -3]],
            "y[1, 1] is -3: targets of poisson are counts, at least 0.",
        ),
    ],
)
def test_targets_that_a_loss_is_not_defined_for(loss: Any, output: str, y: Any, message: str) -> None:
    net = cr.Network([2, np.shape(y)[1] if np.ndim(y) == 2 else 1], output=output, loss=loss)
    assert told(lambda: net.loss(np.zeros((2, 2)), y), InputError) == message
