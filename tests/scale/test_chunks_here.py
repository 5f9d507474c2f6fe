"""Training on chunks in this process: it is plain training on the same rows in the same order."""

from __future__ import annotations

from typing import Any

import dask.array as da
import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError
from chainrule.scale import Cluster
from chainrule.scale.layout import order
from chainrule.scale.work import Call, Chunk, Work, gradients
from chunked import ROWS, as_dask, network, orders, samples, trained


def both(size: int | None, **settings: Any) -> tuple[Any, Any]:
    """By chunks, and without them in the same order, with the NumPy engine."""
    made = settings.pop("make", lambda: network(0))
    optimizer = settings.pop("optimizer", lambda: cr.Adam(0.01, clip=cr.ClipNorm(1.0)))
    weight = settings.pop("weight", None)
    weighted = {} if weight is None else {"sample_weight": weight}
    by_chunks = trained("here", made(), batch_size=size, optimizer=optimizer(), **settings, **weighted)
    X, y = samples()
    plain = made()
    order = {} if size is None else {"order": orders(size)}
    settings.pop("y", None)
    history = plain.fit(
        X, y, batch_size=size, optimizer=optimizer(), epochs=2, engine="numpy", progress=False, **order, **weighted
    )  # fmt: skip
    return by_chunks, (plain, history)


def assert_near(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found[0].parameters.flat, expected[0].parameters.flat, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found[1].loss, expected[1].loss, rtol=1e-12)
    assert found[1].accuracy == expected[1].accuracy


@pytest.mark.parametrize("size", [None, 200, 7, 2000])
def test_it_is_plain_training_on_the_same_rows(size: int | None):
    assert_near(*both(size))


@pytest.mark.parametrize("optimizer", [cr.SGD, cr.Lookahead, cr.AdamW, cr.RMSprop])
def test_with_any_optimizer(optimizer: Any):
    assert_near(*both(200, optimizer=optimizer))


def test_with_weights_of_samples():
    weight = np.random.default_rng(3).uniform(0, 2, sum(ROWS))
    assert_near(*both(200, weight=weight))


@pytest.mark.parametrize("penalty", [None, cr.L1(1e-3), cr.ElasticNet(1e-3)])
def test_with_any_penalty(penalty: Any):
    assert_near(*both(200, make=lambda: network(0, penalty=penalty)))


def test_with_what_is_frozen_and_scaled():
    X, _ = samples()

    def make() -> cr.Network:
        scaling = cr.Standardize.fitted(X)
        return cr.Network([8, 16, 3], scaling=scaling, penalty=cr.L2(1e-3), seed=1).freeze("W1")

    found, expected = both(200, make=make)
    assert_near(found, expected)
    assert (found[0].parameters["W1"] == make().parameters["W1"]).all()


def test_a_schedule_ends_with_the_training():
    assert_near(*both(200, optimizer=lambda: cr.SGD(cr.Cosine(0.1))))


def test_lbfgs_sums_over_chunks():
    found, expected = both(None, optimizer=cr.LBFGS)
    np.testing.assert_allclose(found[1].loss, expected[1].loss, rtol=1e-9)


def test_targets_that_are_numbers_and_scaled():
    X, y = samples()
    target = (X @ np.arange(8.0))[:, None] * 1000 + y[:, None]
    made = [
        cr.Network(
            [8, 5, 1],
            output="identity",
            loss="mean_squared_error",
            scale_target=cr.Standardize.fitted(target),
        )
        for _ in range(2)
    ]
    trained("here", made[0], y=as_dask(target), optimizer=cr.Adam(0.01))
    made[1].fit(
        X, target, batch_size=200, epochs=2, optimizer=cr.Adam(0.01), order=orders(200), engine="numpy", progress=False
    )  # fmt: skip
    np.testing.assert_allclose(made[0].parameters.flat, made[1].parameters.flat, rtol=1e-9, atol=1e-12)


def test_the_compiled_engine_gives_the_same_within_rounding():
    found, compiled = trained("here"), trained("here", engine="compiled")
    assert (found[1].engine, compiled[1].engine) == ("numpy", "compiled")
    assert compiled[1].why == "asked for; 5 chunks in this process"
    np.testing.assert_allclose(found[0].parameters.flat, compiled[0].parameters.flat, rtol=1e-9, atol=1e-12)


def test_float32_stays_float32():
    net, _ = trained("here", network(0, dtype="float32"))
    other, _ = trained("here", network(0))
    assert net.parameters.flat.dtype == np.float32
    np.testing.assert_allclose(net.parameters.flat, other.parameters.flat, atol=1e-4)


def test_noise_is_that_of_chunk_and_step():
    """Dropout's masks differ from chunk to chunk and from step to step, and are the same again."""
    first, again = trained("here"), trained("here")
    assert (first[0].parameters.flat == again[0].parameters.flat).all()
    other, _ = trained("here", seed=1)
    assert (first[0].parameters.flat != other.parameters.flat).any()
    X, y = samples()
    work = Work("k", cr.Network(network().layers, seed=1), "numpy", 0, 100, 1, False)
    chunk = Chunk(X[:100], y[:100], None)
    one, two = (
        gradients(work, work.model.parameters.flat, chunk, Call(c, 0, 100, 0, 0, 0, 200)) for c in (0, 1)
    )
    later = gradients(work, work.model.parameters.flat, chunk, Call(0, 0, 100, 0, 1, 0, 200))
    assert (one.arrays[0] != two.arrays[0]).any()
    assert (one.arrays[0] != later.arrays[0]).any()


# --- what goes with it ---------------------------------------------------------------------------------------


def test_it_goes_on():
    whole, _ = trained("here", epochs=3)
    adam, net = cr.Adam(0.01, clip=cr.ClipNorm(1.0)), network()
    trained("here", net, epochs=1, optimizer=adam)
    _, history = trained("here", net, epochs=2, optimizer=adam, go_on=True)
    assert history.epochs == 3
    assert (net.parameters.flat == whole.parameters.flat).all()


def test_validation_metrics_and_early_stopping():
    X, y = samples()
    net, history = trained(
        "here", epochs=6, validation_data=(X[:200], y[:200]), metrics=["f1"],
        callbacks=[cr.EarlyStopping(patience=1, min_delta=10)],
    )  # fmt: skip
    assert history.epochs == 2
    assert (
        history.stopped == "validation loss did not improve for an epoch; the weights of epoch 1 are restored"
    )
    assert len(history.metrics["validation_f1"]) == 2
    assert history.validation_loss[0] == pytest.approx(net.loss(X[:200], y[:200]))


def test_a_number_that_is_not_finite_is_told_with_its_chunk():
    X, _ = samples()
    with pytest.raises(cr.ChainruleError) as error:
        trained("here", network(0), X=as_dask(X * 1e100), optimizer=cr.SGD(1e200))
    assert str(error.value).startswith(
        "epoch 1, batch 2 of 6: in chunk 1, the first number that is not finite is z1[0, 0]"
    )


# --- steps between sums --------------------------------------------------------------------------------------


def test_local_steps_of_one_chunk_are_plain_steps():
    X, y = (each[:1000] for each in samples())
    net, plain = network(0), network(0)
    chunks = [da.from_array(each, chunks=-1) for each in (X, y)]
    trained(Cluster("here", 4), net, *chunks, batch_size=200, epochs=1, optimizer=cr.Adam(0.01))
    plain.fit(
        X, y, batch_size=50, optimizer=cr.Adam(0.01), engine="numpy", progress=False,
        order=lambda: order(0, 0, 0, len(X)),
    )  # fmt: skip
    np.testing.assert_allclose(net.parameters.flat, plain.parameters.flat, rtol=1e-9, atol=1e-12)


def test_local_steps_are_the_average_of_chunks_trained_alone():
    X, y = samples()
    net, adam = network(0), cr.Adam(0.01)
    trained(Cluster("here", 2), net, batch_size=None, epochs=1, optimizer=adam)
    expected, state, start = 0, 0, 0
    for rows in ROWS:
        alone, own = network(0), cr.Adam(0.01)
        part = slice(start, start + rows)
        alone.fit(
            X[part], y[part], batch_size=-(-rows // 2), shuffle=False, optimizer=own, engine="numpy", progress=False
        )  # fmt: skip
        expected = expected + alone.parameters.flat * rows / len(X)
        state = state + own.state_arrays(alone.parameters)["v"] * rows / len(X)
        start += rows
    np.testing.assert_allclose(net.parameters.flat, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(adam.state_arrays(net.parameters)["v"], state, rtol=1e-9, atol=1e-15)
    assert adam.t == 2


def test_local_steps_need_a_rate_that_is_a_number():
    with pytest.raises(InputError) as error:
        trained(Cluster("here", 2), optimizer=cr.SGD(cr.Cosine(0.1)))
    assert str(error.value) == (
        "SGD has a learning rate that goes by the step, Cosine(0.1, steps=12), and with local_steps chunks take steps "
        "of their own: give it a number, or leave local_steps out."
    )
    with pytest.raises(InputError) as error:
        trained(Cluster("here", 2), network(0), optimizer=cr.LBFGS(), batch_size=None)
    assert str(error.value) == (
        "LBFGS takes no steps of a part of the samples, and local_steps are such: leave one of them out."
    )
    with pytest.raises(InputError) as error:
        Cluster("here", 0)
    assert str(error.value) == "local_steps = 0 is out of range: it must be at least 1."
