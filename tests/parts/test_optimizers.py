"""Each optimizer against PyTorch's over 200 steps, or against its paper; its lines, and how its parts go together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

import chainrule as cr
from chainrule.errors import InputError, KindError, LanguageError
from chainrule.expressions import Node, Scope, nodes
from chainrule.notation import display, formula
from chainrule.parts import UpdateFunction
from chainrule.parts.contract import Array, Optimizer
from chainrule.program.program import Quantity

torch.set_num_threads(1)

OWN: dict[str, Callable[[], Optimizer]] = {
    "sgd": lambda: cr.SGD(0.3),
    "momentum": lambda: cr.Momentum(0.05, 0.9),
    "momentum of 0": lambda: cr.Momentum(0.05, 0.0),
    "nesterov": lambda: cr.Nesterov(0.05, 0.8),
    "adam": lambda: cr.Adam(0.01),
    "adam, all set": lambda: cr.Adam(0.02, 0.8, 0.95, 1e-4),
    "amsgrad": lambda: cr.AMSGrad(0.02, 0.8, 0.9, 1e-5),
    "adamw": lambda: cr.AdamW(0.02, weight_decay=0.1),
    "nadam": lambda: cr.NAdam(0.02, 0.8, 0.95, 1e-5, 0.1),
    "radam": lambda: cr.RAdam(0.02, 0.8, 0.95, 1e-5),
    "radam, remembering long": lambda: cr.RAdam(0.02),
    "radam, never rectified": lambda: cr.RAdam(0.02, 0.9, 0.6),
    "adamax": lambda: cr.Adamax(0.02, 0.8, 0.95, 1e-5),
    "rmsprop": lambda: cr.RMSprop(0.02, 0.9, 1e-5),
    "rmsprop, centered": lambda: cr.RMSprop(0.002, centered=True),
    "rmsprop with momentum": lambda: cr.RMSprop(0.002, momentum=0.9),
    "rmsprop with both": lambda: cr.RMSprop(0.002, momentum=0.9, centered=True),
    "adagrad": lambda: cr.Adagrad(0.1, 1e-5),
    "adadelta": lambda: cr.Adadelta(0.8, 0.95, 1e-5),
}
TORCHS: dict[str, Callable[[Any, float], torch.optim.Optimizer]] = {
    "sgd": lambda p, w: torch.optim.SGD(p, 0.3, weight_decay=w),
    "momentum": lambda p, w: torch.optim.SGD(p, 0.05, 0.9, weight_decay=w),
    "momentum of 0": lambda p, w: torch.optim.SGD(p, 0.05, weight_decay=w),
    "nesterov": lambda p, w: torch.optim.SGD(p, 0.05, 0.8, nesterov=True, weight_decay=w),
    "adam": lambda p, w: torch.optim.Adam(p, 0.01, weight_decay=w),
    "adam, all set": lambda p, w: torch.optim.Adam(p, 0.02, (0.8, 0.95), 1e-4, w),
    "amsgrad": lambda p, w: torch.optim.Adam(p, 0.02, (0.8, 0.9), 1e-5, w, amsgrad=True),
    "adamw": lambda p, w: torch.optim.AdamW(p, 0.02, weight_decay=0.1),
    "nadam": lambda p, w: torch.optim.NAdam(p, 0.02, (0.8, 0.95), 1e-5, w, 0.1),
    "radam": lambda p, w: torch.optim.RAdam(p, 0.02, (0.8, 0.95), 1e-5, w),
    "radam, remembering long": lambda p, w: torch.optim.RAdam(p, 0.02, weight_decay=w),
    "radam, never rectified": lambda p, w: torch.optim.RAdam(p, 0.02, (0.9, 0.6), weight_decay=w),
    "adamax": lambda p, w: torch.optim.Adamax(p, 0.02, (0.8, 0.95), 1e-5, w),
    "rmsprop": lambda p, w: torch.optim.RMSprop(p, 0.02, 0.9, 1e-5, w),
    "rmsprop, centered": lambda p, w: torch.optim.RMSprop(p, 0.002, weight_decay=w, centered=True),
    "rmsprop with momentum": lambda p, w: torch.optim.RMSprop(p, 0.002, weight_decay=w, momentum=0.9),
    "rmsprop with both": lambda p, w: torch.optim.RMSprop(p, 0.002, 0.99, 1e-8, w, 0.9, True),
    "adagrad": lambda p, w: torch.optim.Adagrad(p, 0.1, weight_decay=w, eps=1e-5),
    "adadelta": lambda p, w: torch.optim.Adadelta(p, 0.8, 0.95, 1e-5, w),
}
EVERY: dict[str, Callable[[], Optimizer]] = {
    **OWN,
    "lion": lambda: cr.Lion(0.002, weight_decay=0.1),
    "lookahead": lambda: cr.Lookahead(cr.NAdam(0.01), k=3),
    "lookahead, all set": lambda: cr.Lookahead(
        cr.RMSprop(cr.Cosine(0.02, 9), momentum=0.9, clip=cr.ClipNorm(0.5)), k=2, alpha=0.8
    ),
    "own": lambda: UpdateFunction(lambda w, dw: w - 0.1 * np.sign(dw) * np.abs(dw) ** 0.8),
}
RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((50, 4)), RNG.integers(0, 3, 50)


def network(dtype: str = "float64", **more: Any) -> cr.Network:
    return cr.Network([4, 8, 3], hidden="tanh", seed=1, dtype=dtype, **more)


@pytest.fixture
def doubles() -> Iterator[None]:
    """What PyTorch's optimizers make of numbers is double precision, too: NAdam's product of momenta is a tensor."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def torch_steps(net: cr.Network, make: Callable[[Any], Any], steps: int = 200) -> list[Array]:
    """The parameters after steps by an optimizer of PyTorch, over the samples in fives of ten; `make` may give a pair
    with a schedule."""
    tensors = [torch.from_numpy(a.copy()).requires_grad_() for a in net.parameters.values()]
    made = make(tensors)
    optimizer, schedule = made if isinstance(made, tuple) else (made, None)
    for step in range(steps):
        rows = slice(10 * (step % 5), 10 * (step % 5) + 10)
        W1, b1, W2, b2 = tensors
        z2 = torch.tanh(torch.from_numpy(X[rows]) @ W1 + b1) @ W2 + b2
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(z2, torch.from_numpy(Y[rows])).backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
    return [tensor.detach().numpy() for tensor in tensors]


def check_200_steps(net: cr.Network, optimizer: Optimizer, expected: list[Array], engine: str) -> None:
    start = net.parameters.flat.copy()
    net.fit(X, Y, epochs=40, batch_size=10, shuffle=False, optimizer=optimizer, engine=engine)
    assert optimizer.t == 200
    assert np.abs(net.parameters.flat - start).max() > 0.1
    for array, other in zip(net.parameters.values(), expected, strict=True):
        np.testing.assert_allclose(array, other, rtol=0, atol=1e-9)


@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("decay", [0.0, 0.03])
@pytest.mark.parametrize("name", list(TORCHS))
def test_200_steps_are_pytorchs(name: str, decay: float, engine: str) -> None:
    penalty = cr.L2(decay, biases=True) if decay and name != "adamw" else None
    expected = torch_steps(network(), lambda tensors: TORCHS[name](tensors, decay))
    check_200_steps(network(penalty=penalty), OWN[name](), expected, engine)


@pytest.mark.parametrize(
    ("own", "torchs", "names"),
    [
        (cr.AMSGrad, torch.optim.Adam, {}),
        (cr.Adam, torch.optim.Adam, {}),
        (cr.AdamW, torch.optim.AdamW, {}),
        (cr.NAdam, torch.optim.NAdam, {}),
        (cr.RAdam, torch.optim.RAdam, {}),
        (cr.Adamax, torch.optim.Adamax, {}),
        (cr.RMSprop, torch.optim.RMSprop, {"rho": "alpha"}),
        (cr.Adagrad, torch.optim.Adagrad, {}),
        (cr.Adadelta, torch.optim.Adadelta, {}),
    ],
)
def test_defaults_are_pytorchs(own: Any, torchs: Any, names: dict[str, str]) -> None:
    theirs = torchs([torch.zeros(1)]).defaults
    theirs |= dict(zip(("beta1", "beta2"), theirs.get("betas", ()), strict=False))
    names = {"learning_rate": "lr", "epsilon": "eps", **names}
    settings = own().settings()
    assert {name: theirs[names.get(name, name)] for name in settings if name != "clip"} == {
        name: value for name, value in settings.items() if name != "clip"
    }


# --- those that PyTorch does not have, by their papers ------------------------------------------------------


class _Lion(torch.optim.Optimizer):
    """Algorithm 2 of X. Chen et al., 2023, in its own letters."""

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for theta in group["params"]:
                m = self.state[theta].setdefault("m", torch.zeros_like(theta))
                g = theta.grad
                update = torch.sign(group["beta1"] * m + (1 - group["beta1"]) * g)
                with torch.no_grad():
                    theta -= group["eta"] * (update + group["lambda"] * theta)
                m.mul_(group["beta2"]).add_((1 - group["beta2"]) * g)


class _Lookahead:
    """Algorithm 1 of M. Zhang et al., 2019, around an optimizer of PyTorch, in its own letters."""

    def __init__(self, inner: torch.optim.Optimizer, k: int, alpha: float) -> None:
        self.inner, self.k, self.alpha, self.count = inner, k, alpha, 0
        self.theta = [theta for group in inner.param_groups for theta in group["params"]]
        self.phi = [theta.detach().clone() for theta in self.theta]

    def zero_grad(self) -> None:
        self.inner.zero_grad()

    def step(self) -> None:
        self.inner.step()
        self.count += 1
        if self.count % self.k == 0:
            for phi, theta in zip(self.phi, self.theta, strict=True):
                phi += self.alpha * (theta.detach() - phi)
                theta.data.copy_(phi)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("decay", [0.0, 0.2])
def test_200_steps_of_lion_are_its_papers(decay: float, engine: str) -> None:
    settings = {"eta": 0.003, "beta1": 0.8, "beta2": 0.95, "lambda": decay}
    expected = torch_steps(network(), lambda tensors: _Lion(tensors, settings))
    check_200_steps(network(), cr.Lion(0.003, 0.8, 0.95, decay), expected, engine)


@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("name", ["sgd", "adam", "nadam", "rmsprop with both"])
def test_200_steps_of_lookahead_are_its_papers(name: str, engine: str) -> None:
    expected = torch_steps(network(), lambda tensors: _Lookahead(TORCHS[name](tensors, 0), 3, 0.7))
    check_200_steps(network(), cr.Lookahead(OWN[name](), 3, 0.7), expected, engine)


def test_lookahead_of_alpha_1_in_every_step_is_its_inner_optimizer() -> None:
    nets = [network(), network()]
    for net, optimizer in zip(nets, (cr.Adam(0.02), cr.Lookahead(cr.Adam(0.02), k=1, alpha=1)), strict=True):
        net.fit(X, Y, epochs=5, batch_size=10, optimizer=optimizer, engine="numpy")
    np.testing.assert_allclose(nets[0].parameters.flat, nets[1].parameters.flat, rtol=0, atol=1e-14)


def test_lookahead_takes_schedule_clipping_and_learning_rate_from_its_inner_optimizer() -> None:
    inner = cr.Momentum(cr.Exponential(0.5, 0.9), clip=cr.ClipValue(0.01))
    outer = cr.Lookahead(inner, k=2)
    assert (outer.clip, outer.schedule, outer.learning_rate) == (
        inner.clip,
        inner.schedule,
        inner.learning_rate,
    )
    assert outer.state == ("v", "w_slow")
    assert outer.scalars() == {**inner.scalars(), "period": 2, "alpha": 0.5}
    assert str(
        outer
    ) == "Lookahead(Momentum(Exponential(0.5, factor=0.9), clip=ClipValue(1.0)), k=2)".replace("1.0", "0.01")
    net = network()
    net.fit(X, Y, epochs=3, optimizer=outer, engine="numpy")
    trace = net.trace(X, Y, outer)
    assert trace["eta"] == pytest.approx(0.5 * 0.9**3)
    assert np.abs(trace["dW1_clipped"]).max() == 0.01
    np.testing.assert_array_equal(trace["vW1_new"], 0.9 * trace["vW1"] + trace["dW1_clipped"])
    assert trace["since"] == 0
    assert inner.t == 0  # its count and memory are the outer one's
    plain = cr.Lookahead(cr.SGD(0.5))
    plain.learning_rate = 0.25
    assert plain.inner.learning_rate == 0.25


def test_lookaheads_slow_weights_start_as_the_weights_are_before_the_first_step() -> None:
    net, optimizer = network(), cr.Lookahead(cr.SGD(0.1), k=1, alpha=0.25)
    net.trace(X, Y, optimizer)  # its memory is there; then the weights are set anew
    net.parameters["W1"] = np.ones((4, 8))
    trace = net.trace(X, Y, optimizer)
    np.testing.assert_array_equal(trace["W1_start"], np.ones((4, 8)))
    np.testing.assert_allclose(trace["W1_new"], 1 + 0.25 * (trace["W1_fast"] - 1), rtol=0, atol=1e-15)


def test_lookahead_goes_around_an_optimizer_of_ones_own_too() -> None:
    class Quarter(cr.Optimizer):
        def update(self, q: Any) -> None:
            q.w_new = q.w - q.dw * 0.25
            q.also(w_new=q.w - q.dw / 4)

    trace = network().trace(X, Y, cr.Lookahead(Quarter(), k=2))
    np.testing.assert_array_equal(trace["W1_new"], trace["W1"] - 0.25 * trace["dW1"])
    assert trace.program.quantities["W1_fast"].textbook_form is not None
    trace = network().trace(X, Y, cr.Lookahead(lambda w, dw: w - 0.25 * dw, k=2))
    np.testing.assert_array_equal(trace["W1_new"], trace["W1"] - 0.25 * trace["dW1"])


# --- how they are told --------------------------------------------------------------------------------------

ADAM = ["mW1_new = β1 mW1 + (1 - β1) dW1", "vW1_new = β2 vW1 + (1 - β2) dW1²"]
CORRECTED = ["mW1_hat = mW1_new / (1 - β1^t)", "vW1_hat = vW1_new / (1 - β2^t)"]
LINES = {
    "nesterov": ["vW1_new = μ vW1 + dW1", "W1_new = W1 - η (dW1 + μ vW1_new)"],
    "amsgrad": [
        *ADAM,
        "vW1_max_new = max(vW1_max, vW1_new)",
        "mW1_hat = mW1_new / (1 - β1^t)",
        "vW1_hat = vW1_max_new / (1 - β2^t)",
        "W1_new = W1 - η mW1_hat / (√vW1_hat + ε)",
    ],
    "adamw": [
        *ADAM,
        *CORRECTED,
        "W1_decayed = W1 - η×λ W1",
        "W1_new = W1_decayed - η mW1_hat / (√vW1_hat + ε)",
    ],
    "nadam": [
        "μ_t = β1×(1 - 0.5×0.96^(t×momentum_decay))",
        "μ_next = β1×(1 - 0.5×0.96^((t + 1)×momentum_decay))",
        *ADAM,
        "pW1_new = pW1 × μ_t",
        "mW1_hat = μ_next mW1_new / (1 - pW1_new × μ_next) + (1 - μ_t) dW1 / (1 - pW1_new)",
        "vW1_hat = vW1_new / (1 - β2^t)",
        "W1_new = W1 - η mW1_hat / (√vW1_hat + ε)",
    ],
    "radam": [
        "ρ_inf = max(5, 2/(1 - β2) - 1)",
        "ρ = ρ_inf - 2×t×β2^t/(1 - β2^t)",
        "r = √max(0, (ρ - 4)×(ρ - 2)×ρ_inf/((ρ_inf - 4)×(ρ_inf - 2)×ρ))",
        "c = √(1 - β2^t)",
        *ADAM,
        "mW1_hat = mW1_new / (1 - β1^t)",
        "W1_step = r×c mW1_hat / (√vW1_new + ε) if ρ > 5, otherwise mW1_hat",
        "W1_new = W1 - η W1_step",
    ],
    "adamax": [
        ADAM[0],
        "uW1_new = max(β2 uW1, |dW1| + ε)",
        "mW1_hat = mW1_new / (1 - β1^t)",
        "W1_new = W1 - η mW1_hat / uW1_new",
    ],
    "rmsprop": [
        "sW1_new = ρ sW1 + (1 - ρ) dW1²",
        "dW1_scaled = dW1 / (√sW1_new + ε)",
        "W1_new = W1 - η dW1_scaled",
    ],
    "rmsprop with both": [
        "sW1_new = ρ sW1 + (1 - ρ) dW1²",
        "gW1_new = ρ gW1 + (1 - ρ) dW1",
        "sW1_centered = max(0, sW1_new - gW1_new²)",
        "dW1_scaled = dW1 / (√sW1_centered + ε)",
        "vW1_new = μ vW1 + dW1_scaled",
        "W1_new = W1 - η vW1_new",
    ],
    "adagrad": ["sW1_new = sW1 + dW1²", "W1_new = W1 - η dW1 / (√sW1_new + ε)"],
    "adadelta": [
        "sW1_new = ρ sW1 + (1 - ρ) dW1²",
        "W1_step = √(uW1 + ε) / √(sW1_new + ε) ⊙ dW1",
        "uW1_new = ρ uW1 + (1 - ρ) W1_step²",
        "W1_new = W1 - η W1_step",
    ],
    "lion": [
        "cW1 = β1 mW1 + (1 - β1) dW1",
        "W1_decayed = W1 - η×λ W1",
        "W1_new = W1_decayed - η sign(cW1)",
        "mW1_new = β2 mW1 + (1 - β2) dW1",
    ],
    "lookahead": [
        "μ_t = β1×(1 - 0.5×0.96^(t×momentum_decay))",
        "μ_next = β1×(1 - 0.5×0.96^((t + 1)×momentum_decay))",
        "since = t - period×floor(t/period)",
        *ADAM,
        "pW1_new = pW1 × μ_t",
        "mW1_hat = μ_next mW1_new / (1 - pW1_new × μ_next) + (1 - μ_t) dW1 / (1 - pW1_new)",
        "vW1_hat = vW1_new / (1 - β2^t)",
        "W1_fast = W1 - η mW1_hat / (√vW1_hat + ε)",
        "W1_start = W1 if t == 1, otherwise W1_slow",
        "W1_slow_new = (W1_start + α (W1_fast - W1_start)) if since == 0, otherwise W1_start",
        "W1_new = W1_slow_new if since == 0, otherwise W1_fast",
    ],
    "own": ["W1_new = W1 - 0.1 × sign(dW1) ⊙ |dW1|^0.8"],
}


def update_lines(make: Callable[[], Optimizer]) -> list[Quantity]:
    program = network().program(make())
    return [*program.shared, *program.update_of("W1")]


@pytest.mark.parametrize("name", list(LINES))
def test_the_lines_of_an_update_are_the_textbooks(name: str) -> None:
    assert [f"{display(q.name)} = {formula(q.rule)}" for q in update_lines(EVERY[name])] == LINES[name]


@pytest.mark.parametrize("name", list(EVERY))
def test_what_an_update_needs_twice_has_a_name(name: str) -> None:
    parts = [formula(node) for q in update_lines(EVERY[name]) for node in nodes(q.rule) if not node.scalar]
    whole = {formula(q.rule) for q in update_lines(EVERY[name]) if isinstance(q.rule, Node)}
    assert not [part for part in parts if parts.count(part) > 1 and part not in whole]
    assert len(whole) == len([q for q in update_lines(EVERY[name]) if isinstance(q.rule, Node)])


@pytest.mark.parametrize("name", list(EVERY))
def test_each_line_is_told_with_its_numbers_in_every_form(name: str) -> None:
    net, optimizer = cr.Network([1, 1], output="sigmoid", seed=1), EVERY[name]()
    net.fit([[0.5]], [1], epochs=6, optimizer=optimizer, engine="numpy")
    trace = net.trace([[0.5]], [1], optimizer)
    told = trace.explain()
    text = str(told)
    for quantity in trace.program.quantities.values():
        if quantity.section == "update":
            assert f"\n  {display(quantity.name)} = " in text
    for written in (told.to_html(), told.to_markdown(), told.to_latex(), told.to_dict()):
        assert written
    why = str(trace.why("W1_new[0, 0]"))
    for quantity in trace.program.needed(["W1_new"]):
        if quantity.section == "update":
            assert f"{display(quantity.name)}{'' if quantity.rule.scalar else '[0, 0]'} = " in why


def test_a_computed_number_is_shown_rounded_and_a_setting_in_full() -> None:
    net, optimizer = cr.Network([1, 1], output="sigmoid", seed=1), cr.SGD(cr.Exponential(0.123456789, 0.7))
    net.fit([[0.5]], [1], epochs=3, optimizer=optimizer, engine="numpy")
    told = str(net.trace([[0.5]], [1], optimizer).explain())
    assert "SGD, exponential, η0 = 0.123456789, factor = 0.7, step 4" in told
    assert "  η = η0×factor^(t - 1) = 0.123456789×0.7^(4 - 1) = 0.042346\n" in told
    assert "  W1_new = W1 - η dW1 = 0.106064 - 0.042346×(-0.227157) = 0.115683\n" in told


# --- going on, and the other readings -----------------------------------------------------------------------


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


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", list(EVERY))
def test_the_script_gives_the_bits_of_fit(name: str, dtype: str) -> None:
    net, script = network(dtype), {}  # type: ignore[var-annotated]
    exec(net.code(optimizer=EVERY[name](), epochs=3, batch_size=15), script)
    trained, _ = script["train"](X, Y, dict(net.parameters))
    net.fit(X, Y, epochs=3, batch_size=15, optimizer=EVERY[name](), engine="numpy")
    for parameter, array in net.parameters.items():
        np.testing.assert_array_equal(trained[parameter], array)


@pytest.mark.parametrize(("dtype", "bound"), [("float64", 1e-9), ("float32", 1e-5)])
@pytest.mark.parametrize("name", list(EVERY))
def test_the_compiled_engine_takes_the_same_steps(name: str, dtype: str, bound: float) -> None:
    nets = [network(dtype), network(dtype)]
    for net, engine in zip(nets, ("numpy", "compiled"), strict=True):
        history = net.fit(X, Y, epochs=3, batch_size=15, optimizer=EVERY[name](), engine=engine)
        assert history.engine == engine
    np.testing.assert_allclose(nets[1].parameters.flat, nets[0].parameters.flat, rtol=0, atol=bound)


# --- single ones --------------------------------------------------------------------------------------------


def test_centered_rmsprop_stays_finite_where_the_gradient_stays_the_same() -> None:
    # s - g² is then 0, and rounding may bring it below
    q = Scope({"w": np.array([1.0]), "s": np.array([0.01]), "g": np.array([0.1]), "dw": np.array([0.1])})
    optimizer = cr.RMSprop(0.01, 0.9, 1e-3, centered=True)
    for name, value in optimizer.scalars().items():
        setattr(q, name, value)
    for _ in range(200):
        optimizer.update(q)
        q.w, q.s, q.g = q.w_new, q.s_new, q.g_new
        assert q.s_centered >= 0
    assert np.isfinite(q.w)


def test_rmsprop_remembers_what_its_settings_need() -> None:
    assert cr.RMSprop().state == ("s",)
    assert cr.RMSprop(momentum=0.5).state == ("s", "v")
    assert cr.RMSprop(centered=True).state == ("s", "g")
    assert cr.RMSprop(momentum=0.5, centered=True).state == ("s", "g", "v")
    net = network()  # one network, and each optimizer gets its own program of it
    assert [list(net.trace(X, Y, o)["sW1_new"].shape) for o in (cr.RMSprop(), cr.RMSprop(momentum=0.5))] == [
        [4, 8]
    ] * 2
    assert "vW1_new" in net.trace(X, Y, cr.RMSprop(momentum=0.5))
    assert "vW1_new" not in net.trace(X, Y, cr.RMSprop())


def test_nadams_product_of_momenta_starts_as_1() -> None:
    trace = network("float32").trace(X, Y, "nadam")
    assert trace["pW1"].dtype == np.float32
    np.testing.assert_array_equal(trace["pW1"], np.ones((4, 8)))
    np.testing.assert_allclose(trace["pb1_new"], np.full(8, 0.9 * (1 - 0.5 * 0.96**0.004)), rtol=1e-6)


def test_radam_trusts_v_from_the_sixth_step_on() -> None:
    net, optimizer = network(), cr.RAdam(0.01)
    traces = list(net.steps(X, Y, epochs=7, optimizer=optimizer))
    assert traces[0]["rho"] == pytest.approx(1)
    for step, trace in enumerate(traces, 1):
        plain = np.array_equal(trace["W1_step"], trace["mW1_hat"])
        assert plain == (trace["rho"] <= 5) == (step < 6)


def test_an_optimizer_of_ones_own_is_a_function() -> None:
    def plain(w: Any, dw: Any) -> Any:
        return w - 0.1 * dw

    net, other = network(), network()
    history = net.fit(X, Y, epochs=4, batch_size=10, optimizer=plain, engine="numpy")
    other.fit(X, Y, epochs=4, batch_size=10, optimizer=cr.SGD(0.1), engine="numpy")
    np.testing.assert_array_equal(net.parameters.flat, other.parameters.flat)
    assert history.epochs == 4
    trace = net.trace(X[:1], Y[:1], plain)
    assert "plain" in str(trace.explain()).splitlines()[0]
    assert (str(Optimizer.of(plain)), str(Optimizer.of(lambda w, dw: w))) == ("plain", "own function")
    assert Optimizer.of(plain).settings()["function"] is plain
    # each function has a program of its own
    faster = net.trace(X[:1], Y[:1], lambda w, dw: w - 0.2 * dw)
    np.testing.assert_array_equal(faster["W1_new"], trace["W1"] - 0.2 * trace["dW1"])
    clipped = net.trace(X, Y, UpdateFunction(plain, clip=cr.ClipValue(1e-3)))
    np.testing.assert_array_equal(clipped["W1_new"], trace["W1"] - 0.1 * np.clip(clipped["dW1"], -1e-3, 1e-3))


def test_a_function_that_is_no_update_is_refused() -> None:
    net = network()
    with pytest.raises(LanguageError, match="takes 1 positional argument but 2 were given"):
        net.trace(X, Y, lambda w: w)
    with pytest.raises(LanguageError) as caught:
        net.trace(X, Y, lambda w, dw: w - dw / np.square(dw).sum())
    assert str(caught.value) == (
        "own function: q.w_new has a sum. An update is the same line for every entry of a parameter, without sums, "
        "products of matrices or transpositions."
    )


def test_adams_second_step_by_hand() -> None:
    # after the first step with dw = 2: m = 0.2, v = 0.004; now dw = -1 and t = 2
    w, m, v = np.array([1.0]), np.array([0.2]), np.array([0.004])
    q = Scope({"w": w, "m": m, "v": v, "dw": np.array([-1.0]), **cr.Adam(0.1, epsilon=0.5).scalars(), "t": 2})
    cr.Adam().update(q)
    np.testing.assert_allclose(q.m_new, [0.08])
    np.testing.assert_allclose(q.v_new, [0.004996])
    np.testing.assert_allclose(q.m_hat, [0.08 / 0.19])
    np.testing.assert_allclose(q.v_hat, [0.004996 / 0.001999])
    np.testing.assert_allclose(q.w_new, [1 - 0.1 * (0.08 / 0.19) / (np.sqrt(0.004996 / 0.001999) + 0.5)])


def test_adams_first_step_is_the_learning_rate_against_the_gradients_sign() -> None:
    net = cr.Network([2, 2], seed=4)
    trace = net.trace([[0.5, -2.0]], [0], optimizer=cr.Adam(0.01, epsilon=0))
    np.testing.assert_allclose(trace["W1_new"] - trace["W1"], -0.01 * np.sign(trace["dW1"]), rtol=1e-10)


def test_momentums_second_step_by_hand() -> None:
    q = Scope({"w": np.array([1.0]), "v": np.array([2.0]), "dw": np.array([-1.0]), "eta": 0.1, "mu": 0.5})
    cr.Momentum().update(q)
    assert (q.v_new.tolist(), q.w_new.tolist()) == ([0.0], [1.0])


def test_a_learning_rate_of_0_moves_nothing() -> None:
    net = cr.Network([2, 3, 2], seed=4)
    before = net.parameters.flat.copy()
    net.fit([[1.0, 2.0]], [0], epochs=3, optimizer=cr.SGD(0))
    np.testing.assert_array_equal(net.parameters.flat, before)


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: cr.SGD(-1), InputError, "SGD: learning_rate = -1 is out of range: it must be at least 0."),
        (
            lambda: cr.SGD(np.nan),
            InputError,
            "SGD: learning_rate = nan is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.SGD(np.inf),
            InputError,
            "SGD: learning_rate = inf is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.SGD("a"),
            KindError,
            "SGD: learning_rate = 'a' is no number: give one that is at least 0.",
        ),
        (
            lambda: cr.SGD(True),
            KindError,
            "SGD: learning_rate = True is no number: give one that is at least 0.",
        ),
        (
            lambda: cr.Adam(beta1=1),
            InputError,
            "Adam: beta1 = 1 is out of range: it must be at least 0 and below 1.",
        ),
        (
            lambda: cr.Momentum(momentum=-0.1),
            InputError,
            "Momentum: momentum = -0.1 is out of range: it must be at least 0.",
        ),
        (
            lambda: Optimizer.of("adm"),
            InputError,
            "there is no optimizer 'adm'. Did you mean 'adam'? There is: sgd, momentum, nesterov, adam, amsgrad, "
            "adamw, nadam, radam, adamax, rmsprop, adagrad, adadelta, lion, lookahead, lbfgs.",
        ),
        (
            lambda: cr.Nesterov(momentum=-1),
            InputError,
            "Nesterov: momentum = -1 is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.AMSGrad(beta2=1.5),
            InputError,
            "AMSGrad: beta2 = 1.5 is out of range: it must be at least 0 and below 1.",
        ),
        (
            lambda: cr.AdamW(weight_decay=-0.1),
            InputError,
            "AdamW: weight_decay = -0.1 is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.NAdam(momentum_decay=None),
            KindError,
            "NAdam: momentum_decay = None is no number: give one that is at least 0.",
        ),
        (
            lambda: cr.RAdam(epsilon=-1e-8),
            InputError,
            "RAdam: epsilon = -1e-08 is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.Adamax(beta1=-0.5),
            InputError,
            "Adamax: beta1 = -0.5 is out of range: it must be at least 0 and below 1.",
        ),
        (
            lambda: cr.RMSprop(rho=1),
            InputError,
            "RMSprop: rho = 1 is out of range: it must be at least 0 and below 1.",
        ),
        (
            lambda: cr.RMSprop(centered="yes"),
            KindError,
            "RMSprop: centered = 'yes' is neither True nor False.",
        ),
        (
            lambda: cr.Adagrad(learning_rate=-1),
            InputError,
            "Adagrad: learning_rate = -1 is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.Adadelta(rho=1.01),
            InputError,
            "Adadelta: rho = 1.01 is out of range: it must be at least 0 and at most 1.",
        ),
        (
            lambda: cr.Lion(beta2=1),
            InputError,
            "Lion: beta2 = 1 is out of range: it must be at least 0 and below 1.",
        ),
        (lambda: cr.Lookahead(k=0), InputError, "Lookahead: k = 0 is out of range: it must be at least 1."),
        (
            lambda: cr.Lookahead(k=2.0),
            KindError,
            "Lookahead: k = 2.0 is no whole number: give one that is at least 1.",
        ),
        (
            lambda: cr.Lookahead(alpha=0),
            InputError,
            "Lookahead: alpha = 0 is out of range: it must be above 0 and at most 1.",
        ),
        (
            lambda: cr.Lookahead(cr.Lookahead()),
            InputError,
            "Lookahead goes around one of the other optimizers, not around Lookahead(Adam(0.001)).",
        ),
        (lambda: cr.Lookahead(cr.Adam), KindError, "Adam is a class: write Adam(), with brackets."),
        (lambda: Optimizer.of(cr.Adam), KindError, "Adam is a class: write Adam(), with brackets."),
        (lambda: Optimizer.of(3), KindError, "3 is no optimizer: give its name, such as 'sgd', or a part."),
    ],
)
def test_bad_settings(make: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value) == message


def test_an_optimizer_that_has_counted_stays_with_its_network() -> None:
    optimizer = cr.Adam()
    cr.Network([2, 3, 2]).fit([[1, 2]], [0], epochs=2, optimizer=optimizer)
    other = cr.Network([2, 3, 2])
    with pytest.raises(InputError) as caught:
        other.fit([[1, 2]], [0], optimizer=optimizer)
    assert str(caught.value) == (
        "this Adam has counted 2 steps of another network: give each network an optimizer of its own. "
        "A copy of both is made together: copy.deepcopy((network, optimizer))."
    )


def test_an_optimizer_that_has_not_counted_goes_to_any_network() -> None:
    used, fresh = cr.Adam(), cr.Adam()
    cr.Network([2, 3, 2]).trace([[1, 2]], [0], optimizer=used)
    nets = [cr.Network([2, 3, 2], dtype="float32") for _ in range(2)]
    for net, optimizer in zip(nets, (used, fresh), strict=True):
        trace = net.trace([[1, 2]], [0], optimizer=optimizer)
        assert trace["mW1_new"].dtype == np.float32
        net.fit([[1, 2]], [0], epochs=3, optimizer=optimizer)
    np.testing.assert_array_equal(nets[0].parameters.flat, nets[1].parameters.flat)


def test_settings_scalars_and_how_it_is_written() -> None:
    adam = cr.Adam(0.01, beta2=0.99)
    assert adam.settings() == {
        "learning_rate": 0.01, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8, "clip": None,
    }  # fmt: skip
    assert adam.scalars() == {"eta": 0.01, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8}
    assert (str(adam), str(cr.SGD()), str(cr.Momentum(momentum=0.5))) == (
        "Adam(0.01, beta2=0.99)",
        "SGD(0.01)",
        "Momentum(0.01, momentum=0.5)",
    )
    assert all(type(value) is float for value in cr.SGD(np.float32(0.5)).scalars().values())
