"""Names with a number, and learning rates."""

from __future__ import annotations

from compared import HOW, SIZES, X, compare, y

import chainrule as cr


def test_a_number_is_the_first_setting() -> None:
    found = compare(optimizers=["sgd:0.5", "sgd", "lookahead:3"], learning_rate=0.02)
    assert [trial.rate for trial in found] == [0.5, 0.02, 0.001]
    found = compare(activations=["elu:0.5", "relu"])
    assert str(found["elu:0.5"].network.layers[1]) == "ELU(0.5)"
    found = compare(initializers=["normal:2"])
    normal = cr.Network(SIZES, initializer=cr.Normal(2))
    normal.fit(X, y, **HOW)
    assert (found["normal:2"].network.parameters.flat == normal.parameters.flat).all()


def test_the_learning_rate_is_that_of_all() -> None:
    found = compare(optimizers=["sgd", "lookahead", cr.Adam(0.5)], learning_rate=0.03)
    assert [trial.rate for trial in found] == [0.03, 0.03, 0.5]
    assert compare(activations=["relu"], learning_rate=0.03)["relu"].rate == 0.03
    assert [trial.rate for trial in compare(optimizers=["sgd", "adam"])] == [0.01, 0.001]
