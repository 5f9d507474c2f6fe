"""The same steps by fit, steps, the script and the compiled engine; a second fit goes on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from optimizers_made import EVERY, X, Y, network


@pytest.mark.some(20)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", list(EVERY))
def test_steps_and_a_second_fit_give_the_bits_of_fit(name: str, dtype: str) -> None:
    nets, optimizers = [network(dtype) for _ in range(3)], [EVERY[name]() for _ in range(3)]
    how: dict[str, Any] = {"batch_size": 15, "shuffle": False}
    nets[0].fit(X, Y, epochs=5, optimizer=optimizers[0], engine="numpy", **how)
    for trace in nets[1].steps(X, Y, epochs=5, optimizer=optimizers[1], **how):
        assert trace["W1_new"].dtype == dtype
    nets[2].fit(X, Y, epochs=2, optimizer=optimizers[2], engine="numpy", **how)
    nets[2].fit(X, Y, epochs=3, optimizer=optimizers[2], engine="numpy", **how)
    for net, optimizer in zip(nets, optimizers, strict=True):
        assert optimizer.t == 20
        np.testing.assert_array_equal(net.parameters.flat, nets[0].parameters.flat)
        memory, first = optimizer.state_arrays(net.parameters), optimizers[0].state_arrays(nets[0].parameters)
        for local in optimizer.state:
            np.testing.assert_array_equal(memory[local], first[local])
            assert memory[local].dtype == dtype


@pytest.mark.some(20)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", list(EVERY))
def test_the_script_gives_the_bits_of_fit(name: str, dtype: str) -> None:
    net, script = network(dtype), {}  # type: ignore[var-annotated]
    exec(net.code(optimizer=EVERY[name](), epochs=3, batch_size=15), script)
    trained, _ = script["train"](X, Y, dict(net.parameters))
    net.fit(X, Y, epochs=3, batch_size=15, optimizer=EVERY[name](), engine="numpy")
    for parameter, array in net.parameters.items():
        np.testing.assert_array_equal(trained[parameter], array)


@pytest.mark.some(6)
@pytest.mark.parametrize(("dtype", "bound"), [("float64", 1e-9), ("float32", 1e-5)])
@pytest.mark.parametrize("name", list(EVERY))
def test_the_compiled_engine_takes_the_same_steps(name: str, dtype: str, bound: float) -> None:
    nets = [network(dtype), network(dtype)]
    for net, engine in zip(nets, ("numpy", "compiled"), strict=True):
        history = net.fit(X, Y, epochs=3, batch_size=15, optimizer=EVERY[name](), engine=engine)
        assert history.engine == engine
    np.testing.assert_allclose(nets[1].parameters.flat, nets[0].parameters.flat, rtol=0, atol=bound)
