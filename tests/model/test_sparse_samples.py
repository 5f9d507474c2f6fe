"""Sparse matrices as samples: the numbers of the same samples, dense."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse

import chainrule as cr
from chainrule.errors import InputError, KindError
from chainrule.model.samples import as_rows
from chainrule.utils.sparse import SparseRows

SPARSE = scipy.sparse.random(3000, 60, density=0.1, format="csc", random_state=0)
DENSE = SPARSE.toarray()
Y = (DENSE.sum(axis=1) > 3).astype(int)


@pytest.mark.some(4)
@pytest.mark.parametrize("how", [{}, {"dtype": "float32", "scaling": cr.Standardize(0.1, 2)}])
@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil"])
def test_it_is_the_same_training_as_of_dense_samples(how: dict[str, Any], form: str) -> None:
    X = SPARSE.asformat(form)
    net, same = cr.Network([60, 8, 2], **how), cr.Network([60, 8, 2], **how)
    fitting: dict[str, Any] = {"epochs": 2, "batch_size": 100, "progress": False}
    for engine in ("numpy", "auto", "compiled"):
        told = net.fit(X, Y, engine=engine, validation_data=(X, Y), **fitting)
        dense = same.fit(DENSE, Y, engine="numpy", validation_data=(DENSE, Y), **fitting)
        assert told.engine == "numpy"
        np.testing.assert_array_equal(net.parameters.flat, same.parameters.flat)
        assert (told.loss, told.validation_loss) == (dense.loss, dense.validation_loss)
    assert told.why == "what stands outside the compiled language: X as a sparse matrix"
    for engine in ("auto", "numpy", "compiled"):
        np.testing.assert_array_equal(net.predict(X, engine=engine), same.predict(DENSE, engine="numpy"))
    assert net.loss(X, Y) == same.loss(DENSE, Y)
    np.testing.assert_array_equal(net.trace(X, Y)["z1"], same.trace(DENSE, Y)["z1"])


def test_steps_lbfgs_and_few_rows() -> None:
    nets = [cr.Network([60, 4, 2]) for _ in range(4)]
    list(nets[0].steps(SPARSE, Y, batch_size=500))
    nets[1].fit(DENSE, Y, batch_size=500, engine="numpy", progress=False)
    np.testing.assert_array_equal(nets[0].parameters.flat, nets[1].parameters.flat)
    for net, X in zip(nets[2:], (SPARSE, DENSE), strict=True):
        net.fit(X, Y, epochs=3, optimizer="lbfgs", engine="numpy", progress=False)
    np.testing.assert_array_equal(nets[2].parameters.flat, nets[3].parameters.flat)
    np.testing.assert_array_equal(nets[0].predict(SPARSE[:3]), nets[0].predict(DENSE[:3]))


def test_only_what_is_large_stays_sparse() -> None:
    net = cr.Network([60, 2])
    assert isinstance(as_rows(net, SPARSE), SparseRows)
    assert isinstance(as_rows(net, SPARSE[:1000]), np.ndarray)


def with_nan(row: int) -> Any:
    changed = SPARSE.tolil()
    changed[row, 7] = np.nan
    return changed


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (with_nan(2000), InputError, "X[2000, 7] is nan: every entry must be finite."),
        (with_nan(3)[:50], InputError, "X[3, 7] is nan: every entry must be finite."),
        (SPARSE[:, :5], InputError,
         "X has the shape (3000, 5): it must be (samples, 60), one column for each input of the network."),
        (SPARSE[:, [*range(60), *range(40)]], InputError,
         "X has the shape (3000, 100): it must be (samples, 60), one column for each input of the network."),
        (SPARSE.astype(complex), KindError, "X holds the dtype complex128: give numbers."),
    ],
)  # fmt: skip
def test_what_is_refused(X: Any, error: type[Exception], message: str) -> None:
    net = cr.Network([60, 2])
    for ask in (lambda: net.predict(X), lambda: net.fit(X, Y[: X.shape[0]], progress=False)):
        with pytest.raises(error) as told:
            ask()
        assert str(told.value) == message
