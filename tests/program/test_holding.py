"""What a `what_if` holds: the gradients are those of the network with the entry held, and the pages say so."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

import chainrule as cr
from chainrule.errors import InputError, LanguageError
from chainrule.notation import formula
from chainrule.parts.contract import Activation, Loss, Optimizer
from chainrule.program.holding import _close, _HoldingWriter, holding
from chainrule.program.write import Writer
from chainrule.walkthrough.gradient_check import check_gradient

LABELS = [1, 0, 2, 1]
ANSWERS = [[1, 0, 1], [0, 1, 1], [1, 1, 0], [0, 0, 0]]
SHARES = [[0.2, 0.3, 0.5], [0.6, 0.1, 0.3], [1, 0, 0], [0.25, 0.25, 0.5]]
NUMBERS = [[0.5, -1.25], [2, 0.125], [-0.75, 1], [0.3, 0.7]]
WEIGHTS = [1, 2, 0.5, 3]


def softmax(z: Any) -> Any:
    """An output of one's own, whose rule reads all sums of a sample."""
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def net(**how: Any) -> cr.Network:
    return cr.Network([2, 3, 3], **how)


def numbers(loss: Any, output: str = "identity") -> cr.Network:
    return cr.Network([2, 3, 2], output=output, loss=loss)


def layers(*parts: Any, **how: Any) -> cr.Network:
    return cr.Network([cr.Dense(2, 3), *parts, cr.Dense(3, 3), cr.Softmax()], **how)


HIDDEN = [
    "relu", "leaky_relu", "prelu", "elu", "selu", "sigmoid", "tanh", "softplus", "swish", "hard_swish", "gelu",
    "gelu_tanh", "mish", "softmax", "log_softmax", "identity",
]  # fmt: skip
NETWORKS: dict[str, tuple[Callable[[], cr.Network], Any, Any]] = {
    **{name: (lambda name=name: net(hidden=name), LABELS, None) for name in HIDDEN},
    "own function": (lambda: net(hidden=lambda z: z * np.tanh(np.log1p(np.exp(z)))), LABELS, None),
    "own softmax": (lambda: net(output=softmax), LABELS, None),
    "batch norm, dropout": (
        lambda: layers(cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.4), penalty=cr.L1(0.1)), LABELS, None
    ),
    "layer norm, dropout": (
        lambda: layers(cr.LayerNorm(), cr.Tanh(), cr.Dropout(0.4), penalty=cr.L2(0.2)), LABELS, None
    ),
    "elastic net": (lambda: net(penalty=cr.ElasticNet(0.1, 0.2, biases=True)), LABELS, None),
    "own penalty": (lambda: net(penalty=lambda w: 0.1 * np.square(w).sum()), LABELS, None),
    "scaling": (lambda: net(scaling=cr.Standardize([1, 2], [2, 3])), LABELS, None),
    "smooth, weighted classes": (
        lambda: net(loss=cr.CrossEntropy(label_smoothing=0.1, class_weights=[1, 2, 3])), LABELS, None
    ),
    "sample weights": (net, LABELS, WEIGHTS),
    "logits": (lambda: net(output="identity", loss=cr.CrossEntropy(from_logits=True)), LABELS, None),
    "binary logits": (
        lambda: net(output="identity", loss=cr.BinaryCrossEntropy(from_logits=True)), ANSWERS, None
    ),
    "log softmax output": (lambda: net(output="log_softmax"), LABELS, None),
    "divergence": (lambda: net(loss="kl_divergence"), SHARES, None),
    "divergence of logs": (lambda: net(output="log_softmax", loss="kl_divergence"), SHARES, WEIGHTS),
    "focal": (lambda: net(loss="focal"), LABELS, None),
    "binary focal": (lambda: net(output="sigmoid", loss=cr.Focal(2, 0.3)), ANSWERS, WEIGHTS),
    "sigmoid output": (lambda: net(output="sigmoid"), ANSWERS, None),
    "binary of softmax": (lambda: net(output="softmax", loss="binary_cross_entropy"), ANSWERS, None),
    "hinge": (lambda: net(output="identity", loss="hinge"), LABELS, None),
    "squared hinge": (lambda: net(output="identity", loss="squared_hinge"), LABELS, None),
    "one hinge": (lambda: cr.Network([2, 3, 1], output="identity", loss="hinge"), [0, 1, 1, 0], WEIGHTS),
    **{
        name: (lambda name=name: numbers(name), NUMBERS, WEIGHTS)
        for name in ("mean_squared_error", "half_squared_error", "mean_absolute_error", "huber", "log_cosh", "quantile")
    },
    "tanh output": (lambda: numbers("mean_squared_error", "tanh"), NUMBERS, None),
    "softmax output, squares": (lambda: numbers("mean_squared_error", "softmax"), NUMBERS, None),
    "own loss": (lambda: numbers(lambda a, y: np.square(a - y).sum(axis=1)), NUMBERS, WEIGHTS),
    "counts": (lambda: numbers("poisson"), [[1, 0], [2, 3], [0, 0], [1, 1]], None),
    "rates": (lambda: numbers(cr.Poisson(log_input=False), "softplus"), [[1, 0], [2, 3], [0, 0], [1, 1]], None),
    "triplet": (lambda: numbers("triplet"), None, None),
}  # fmt: skip


def step(name: str, optimizer: Any = None) -> cr.Trace:
    """A step of one of these networks, away from kinks and from where anything saturates."""
    make, y, weight = NETWORKS[name]
    network, rng = make(), np.random.default_rng(len(name))
    for array in network.parameters.values():
        array[...] = 0.6 * rng.standard_normal(array.shape)
    X = rng.standard_normal((6 if y is None else 4, 2))
    return network.trace(X, y, optimizer or cr.SGD(0.1), sample_weight=weight)


def changes(trace: cr.Trace) -> Iterator[dict[str, Any]]:
    """For every quantity that a rule of forward or loss gives: an entry held, or the whole of it."""
    rng = np.random.default_rng(1)
    for n, quantity in enumerate(trace.program.quantities.values()):
        if quantity.section in ("forward", "loss"):
            entry = [int(rng.integers(size)) for size in np.shape(trace[quantity.name])]
            yield (
                {quantity.name: 1.02 * trace[quantity.name]}
                if n % 3 == 0
                else {f"{quantity.name}{entry}": 0.37}
            )


@pytest.mark.some(8)
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_are_those_of_the_network_with_the_entry_held(name: str) -> None:
    trace, rng = step(name), np.random.default_rng(0)
    tried = 0
    for change in changes(trace):
        held = trace.what_if(change)

        def loss(parameter: str, index: Any, amount: float, held: Any = held) -> float:
            moved = held.leaves[parameter].copy()
            moved[index] += amount
            values = held.program.run({**held.leaves, parameter: moved}, held.replacing({}), ["L"])
            return float(values["L"])

        for parameter, array in trace.network.parameters.items():
            index = tuple(int(rng.integers(size)) for size in array.shape)
            slope = (loss(parameter, index, 1e-5) - loss(parameter, index, -1e-5)) / 2e-5
            assert held[f"d{parameter}"][index] == pytest.approx(slope, rel=2e-5, abs=2e-7), (
                change,
                parameter,
            )
            tried += 1
        for gradient in held.program.quantities:
            shape = np.shape(held[gradient])
            found = check_gradient(held, gradient, tuple(int(rng.integers(size)) for size in shape))
            assert found is None or found.finding in ("agrees", "a kink", "differs"), (change, found)
    assert tried >= 4 * 3


@pytest.mark.parametrize(
    ("name", "of", "at", "new"),
    [
        ("tanh", "z1", (1, 2), 0.3), ("tanh", "a1", (0, 1), 0.0), ("tanh", "z2", (2, 0), -1.0),
        ("tanh", "e2", (3, 1), 2.0), ("tanh", "s2", (1, 0), 5.0), ("tanh", "a2", (0, 1), 0.4),
        ("tanh", "log_a2", (0, 1), -0.2), ("tanh", "l", (2,), 4.0), ("tanh", "L", (), 1.0),
    ],
)  # fmt: skip
def test_pytorch_gives_the_same(name: str, of: str, at: tuple[int, ...], new: float) -> None:
    trace = step(name)
    held = trace.what_if({f"{of}{list(at)}": new})
    values = {n: torch.tensor(trace[n], requires_grad=n in trace.network.parameters) for n in trace.leaves
              if isinstance(trace[n], np.ndarray)}  # fmt: skip

    def line(name: str, value: Any) -> Any:
        if name == of:
            free = torch.ones_like(value)
            free[at] = 0
            value = free * value + (1 - free) * new
        return value

    v = values
    a = line("a1", torch.tanh(line("z1", v["x"] @ v["W1"] + v["b1"])))
    e = line("e2", torch.exp(line("z2", a @ v["W2"] + v["b2"])))
    output = line("a2", e / line("s2", e.sum(dim=1, keepdim=True)))
    losses = line("l", -(v["y"] * line("log_a2", torch.log(output))).sum(dim=1))
    total = line("L", losses.mean())
    assert held.loss == pytest.approx(total.item(), rel=1e-12)
    if total.requires_grad:
        total.backward()  # type: ignore[no-untyped-call]
    for parameter in trace.network.parameters:
        grad = v[parameter].grad
        wanted = torch.zeros_like(v[parameter]) if grad is None else grad
        np.testing.assert_allclose(held[f"d{parameter}"], wanted.numpy(), rtol=1e-10, atol=1e-14)


def test_what_is_not_held_keeps_its_bits() -> None:
    """Holding an entry at the value that it has changes nothing forward, and nothing after it backward."""
    trace = step("relu")
    held = trace.what_if({"a1[2, 1]": trace["a1"][2, 1]})
    same = ("z1", "a1", "z2", "a2", "log_a2", "L", "da2", "dz2", "dW2", "db2", "da1")
    assert all(np.array_equal(held[name], trace[name]) for name in same)
    assert held.leaves["free_a1"].tolist() == [[1, 1, 1], [1, 1, 1], [1, 0, 1], [1, 1, 1]]


def test_what_comes_from_outside_is_only_another_value() -> None:
    trace = step("batch norm, dropout")
    changed = trace.what_if({"x[0, 0]": 3.0, "W2": np.ones((3, 3)), "u1[1, 1]": 0.9, "eta": 1.0})
    assert changed.program is trace.program
    assert changed.held == {}
    for name in changed.program.quantities:
        index = (0,) * np.ndim(changed[name])
        found = check_gradient(changed, name, index)
        assert found is None or found.finding in ("agrees", "a kink", "differs"), name


def test_a_gradient_put_in_is_what_the_lines_after_it_read() -> None:
    trace = step("relu")
    put = np.arange(12.0).reshape(4, 3)
    changed = trace.what_if({"da1": put})
    assert changed.program is trace.program
    np.testing.assert_array_equal(changed["dz1"], put * (trace["z1"] > 0))
    np.testing.assert_allclose(changed["dW1"], trace["x"].T @ changed["dz1"])
    found = check_gradient(changed, "dW1", (0, 0))
    assert found is not None
    assert found.verdict() == "differs, for da1 was put in by what_if"


def test_what_was_held_and_what_was_put_in_behind_it_go_together() -> None:
    trace = step("relu")
    put = np.ones((4, 3))
    changed = trace.what_if({"a1[0, 1]": 0.5, "da1": put})
    free = np.ones((4, 3))
    free[0, 1] = 0
    np.testing.assert_array_equal(changed["dz1"], free * (trace["z1"] > 0))
    again = changed.what_if({"da1_passed[0, 1]": 7.0})
    assert again["dz1"][0, 1] == 7 * (trace["z1"][0, 1] > 0)
    assert again.base is trace


def test_the_loss_after_the_update_is_that_with_the_entry_held() -> None:
    trace = step("relu", cr.SGD(0.5))
    held = trace.what_if({"a1[0, 1]": 2.0, "W2[0, 0]": 0.25})
    after = held.after()
    assert after is not None
    assert after.held == after.replaced == {"a1[0, 1]": 2.0}
    x, y = trace["x"], trace["y"]
    a1 = np.maximum(x @ held["W1_new"] + held["b1_new"], 0)
    a1[0, 1] = 2
    z2 = a1 @ held["W2_new"] + held["b2_new"]
    wanted = np.log(np.exp(z2).sum(axis=1)) - (y * z2).sum(axis=1)
    assert after.loss == pytest.approx(wanted.mean(), rel=1e-12)
    lines = str(held.explain()).splitlines()
    at, end = lines.index("Step 7  repeat"), lines.index("SIGNS")
    assert " ".join(line.strip() for line in lines[at + 1 : end - 1]) == (
        f"The same 4 samples now give L = {after.loss:.6f} (was {held.loss:.6f}), both with a1[0, 1] = 2."
    )


def test_the_page_says_where_a_gradient_ends() -> None:
    network = cr.worked_example()
    trace = network.trace(network.x, network.y, cr.SGD(0.01))

    def told(changes: dict[str, Any]) -> str:
        return " ".join(str(trace.what_if(changes).explain()).split())

    assert "da1_passed = da1 ⊙ free_a1 a1[0, 1] is held at 0: no gradient passes through its rule" in told(
        {"a1[0, 1]": 0}
    )
    assert "a1[0, 1], a1[0, 2] are held: no gradient passes through their rule" in told(
        {"a1[0, 1]": 0, "a1[0, 2]": 1}
    )
    assert "3 entries of z1 are held: no gradient passes through their rule" in told(
        {f"z1[0, {i}]": 1 for i in range(3)}
    )
    assert "z2 is held: no gradient passes through its rule" in told({"z2": [[1, 2]]})
    assert "L is held at 3: no gradient passes through its rule. UPDATE" in told({"L": 3})
    text = told({"a2[0, 1]": 0.5})
    assert "log a2 = [log(0.856927) log(0.5)] ≈ [-0.154402 -0.693147]" in text
    assert "dtop2" not in text  # a shift of 0 is not told, and neither is its gradient


def test_the_summary_says_it() -> None:
    network = cr.worked_example()
    trace = network.trace(network.x, network.y)
    lines = str(trace.what_if({"a1[0, 1]": 0})).splitlines()
    assert lines[3] == "  a1[0, 1] is held: no gradient passes there."
    assert lines[-1] == "  unchanged: z1, shift2"
    assert str(trace.what_if({"a1[0, 1]": 0, "L": 1})).splitlines()[3] == (
        "  a1[0, 1], L are held: no gradient passes there."
    )


def test_forward_alone_there_is_nothing_to_pass() -> None:
    trace = cr.worked_example().trace([0.5, 0.5])
    changed = trace.what_if({"a1[0, 1]": 0})
    assert changed.program is trace.program
    assert "held" not in str(changed)


class OwnLogits(Loss):
    """Cross-entropy straight from the sums, without another form."""

    def forward(self, q: Any) -> None:
        q.l = np.log(np.exp(q.z).sum(axis=1)) - (q.y * q.z).sum(axis=1)

    def backward(self, q: Any) -> None:
        q.da = -q.y / q.a / q.m
        q.dz = (q.a - q.y) / q.m


def test_what_a_loss_goes_around_can_not_be_held() -> None:
    trace = cr.Network([2, 3, 2], loss=OwnLogits()).trace([[0.5, 0.25]], [1])
    with pytest.raises(InputError) as caught:
        trace.what_if({"a2[0, 0]": 0.5})
    assert str(caught.value) == (
        "what_if can't hold a2: OwnLogits() reads more than the outputs a2, so how L depends on what is held is not "
        "known. State the same by way of q.a in its forward(q), as q.also(log_a=np.log(q.a)) does; or hold what "
        "comes before the output's sums."
    )
    held = trace.what_if({"a1[0, 0]": 0.5})  # before the sums it is like any other
    assert (check_gradient(held, "dW1", (0, 0)) or held).agrees  # type: ignore[union-attr]
    assert not np.any(trace.what_if({"l[0]": 0.5})["dW2"])  # the loss itself, too


class Attention(Activation):
    """An activation of one's own whose rule back reads its own output across a sample: softmax, written in one."""

    def forward(self, q: Any) -> None:
        q.a = np.exp(q.z) / np.exp(q.z).sum(axis=1, keepdims=True)

    def backward(self, q: Any) -> None:
        q.share = (q.da * q.a).sum(axis=1, keepdims=True)
        q.dz = q.a * (q.da - q.share)


def test_a_line_of_a_rule_that_a_held_entry_makes_wrong_is_not_there() -> None:
    trace = cr.Network([2, 3, 2], hidden=Attention()).trace([[0.5, 0.25]], [1])
    held = trace.what_if({"a1[0, 0]": 0.5})
    assert "share1" not in held
    found = check_gradient(held, "dW1", (0, 1))
    assert found is not None
    assert found.agrees
    with pytest.raises(InputError) as caught:
        trace.what_if({"a1[0, 0]": 0.5, "share1[0, 0]": 1})
    assert str(caught.value) == "share1 is not computed where a1 is held: leave it out."


def test_what_is_held_is_held_under_any_optimizer_and_frozen_later() -> None:
    for optimizer in (
        "adam",
        cr.Momentum(0.1, clip=cr.ClipNorm(0.1)),
        Optimizer.of(lambda w, dw: w - 0.1 * dw),
    ):
        trace = step("relu", optimizer)
        trace.network.freeze("W1")  # after the trace: the step is still the one that was traced
        held = trace.what_if({"a1[0, 1]": 0})
        assert "W1_new" in held
        after = held.after()
        assert after is not None
        assert after["a1"][0, 1] == 0


def test_a_what_if_can_be_kept() -> None:
    held = step("relu").what_if({"a1[0, 1]": 0})
    again = pickle.loads(pickle.dumps(dict(held)))
    np.testing.assert_array_equal(again["dW1"], held["dW1"])


@pytest.mark.some(2)
@pytest.mark.parametrize("name", ["elastic net", "sigmoid output", "triplet", "batch norm, dropout"])
def test_every_reading_tells_a_held_step(name: str) -> None:
    """In every format, exact and by hand; a single number that is held, too."""
    trace = step(name)
    terms = [
        q.name
        for q in trace.program.quantities.values()
        if q.section == "loss" and not np.ndim(trace[q.name])
    ]
    for of in ["z1[0, 1]", *terms]:
        held = trace.what_if({of: 0.25})
        page = held.explain()
        for text in (str(page), page.to_markdown(), page.to_latex(), page.to_html(), str(page.to_dict())):
            flat = text.replace("{[}", "[").replace("{]}", "]").replace("\\_", "_").replace("\uff3f", "_")
            assert f"{of} is held at 0.25: no gradient passes through its rule" in " ".join(flat.split()), of
        by_hand = held.explain(arithmetic="by_hand", digits=6)
        assert f"{of} is held at 0.25" in " ".join(str(by_hand).split())
        assert by_hand.values["dW1"].astype(float) == pytest.approx(held["dW1"], rel=1e-3, abs=1e-4)
        assert str(held.why("dW1[0, 0]")).startswith("dW1[0, 0] = ")


def test_two_forms_are_one_as_far_as_their_precision_tells() -> None:
    one = np.array([1.0, np.nan])
    assert _close(one, one + 1e-10)
    assert not _close(one, one + 1e-7)
    single = one.astype(np.float32)
    assert _close(single, single + np.float32(5e-4))
    assert not _close(single, single + np.float32(1e-2))
    zero = np.zeros(2)
    assert _close(zero, zero + 5e-10)
    assert not _close(zero, zero + 5e-9)
    assert _close(zero.astype(np.float32), zero + 5e-4)
    assert not _close(zero.astype(np.float32), zero + 5e-3)
    large = np.array([1e6])
    assert _close(large, large + 5e-4)
    assert not _close(large, large + 5e-3)


# --- the lines themselves ---------------------------------------------------------------------------------------

# Of a network by tanh, with a penalty: what is held, and which lines are new or others, by the chain rule on paper.
OTHER_LINES: dict[str, dict[str, str]] = {
    "z1": {"dz1_passed": "dz1 ⊙ free_z1", "dW1_data": "xᵀ · dz1_passed", "db1": "Σ dz1_passed"},
    "a1": {"da1_passed": "da1 ⊙ free_a1", "dz1": "da1_passed ⊙ (1 - a1²)"},
    "z2": {
        "dz2_passed": "dz2 ⊙ free_z2", "dW2_data": "a1ᵀ · dz2_passed", "db2": "Σ dz2_passed",
        "da1": "dz2_passed · W2ᵀ",
    },
    "l": {"da2": "(a2 - y) / m ⊙ free_l"},
    "L_data": {"da2": "(a2 - y) / m ⊙ free_L_data"},
    "L": {
        "da2": "(a2 - y) / m ⊙ free_L", "dW1_penalty": "2 × free_L / 2 × λ ⊙ W1",
        "dW2_penalty": "2 × free_L / 2 × λ ⊙ W2",
    },
    "L_penalty": {
        "dW1_penalty": "2 × free_L_penalty / 2 × λ ⊙ W1", "dW2_penalty": "2 × free_L_penalty / 2 × λ ⊙ W2",
    },
    "penalty_W2": {"dW2_penalty": "2 × free_penalty_W2 / 2 × λ ⊙ W2"},
}  # fmt: skip
# Whose line it is that passes on what is left: that of the gradient itself.
PASSED = {"z1": ("dz_passed", "Tanh", 1), "a1": ("dx_passed", "Dense", 2), "z2": ("dz_passed", "Identity", 3)}


def test_which_lines_are_others() -> None:
    plain = cr.Network(
        [2, 3, 2], hidden="tanh", output="identity", loss="half_squared_error", penalty=cr.L2(0.1)
    )
    program = plain.program(cr.SGD(0.1))
    before = {name: formula(quantity.rule) for name, quantity in program.quantities.items()}
    for name, lines in OTHER_LINES.items():
        held = holding(program, [name], plain)
        after = {of: formula(quantity.rule) for of, quantity in held.quantities.items()}
        assert {of: line for of, line in after.items() if before.get(of) != line} == lines
        assert before.keys() <= after.keys()
        assert {of: kind for of, kind in held.leaves.items() if of not in program.leaves} == {
            f"free_{name}": "held"
        }
        if name in PASSED:
            passed = held.quantities[f"d{name}_passed"]
            assert (passed.local, type(passed.part).__name__, passed.place) == PASSED[name]
            assert passed.section == "backward"
    both = holding(program, ["l", "L"], plain)
    assert formula(both.quantities["da2"].rule) == "(a2 - y) / m ⊙ free_l ⊙ free_L"
    assert holding(program, [], plain) is program


@pytest.mark.parametrize(
    ("name", "dtype"),
    [("tanh", "float32"), ("sample weights", "float64"), ("scaling", "float64"), ("own loss", "float32")],
)
def test_where_nothing_is_held_it_is_the_step_as_it_was(name: str, dtype: str) -> None:
    """Each quantity in turn, with 1 for all of its entries: they follow their rule."""
    make, _, weight = NETWORKS[name]
    network = cr.Network(make().layers, loss=make().loss_part, penalty=make().penalty, dtype=dtype)
    program = network.program(cr.SGD(0.1), weighted=weight is not None)
    given = Writer(program.plan, network)
    given.program()
    leaves = {name: given.values[name].value for name in program.leaves}
    before = program.run(leaves)
    for of in [q.name for q in program.quantities.values() if q.section in ("forward", "loss")]:
        writer = _HoldingWriter(program, frozenset([of]), network)
        held = writer.program()
        free = writer.values[f"free_{of}"].value if f"free_{of}" in held.leaves else np.ones(())
        assert np.all(free == 1)
        assert np.shape(free) in ((), np.shape(before[of]))
        after = held.run({**leaves, f"free_{of}": free})
        least = 1e-4 if dtype == "float32" else 1e-12
        for line in before.keys() & after.keys():
            np.testing.assert_allclose(
                after[line], before[line], rtol=least, atol=least, err_msg=f"{of}: {line}"
            )
            assert np.asarray(after[line]).dtype == np.asarray(before[line]).dtype
        if of in ("l", "L"):
            ended = held.run({**leaves, f"free_{of}": 0 * free})
            assert not any(np.any(ended[f"d{parameter}"]) for parameter in network.parameters)


def test_the_textbook_s_form_takes_the_place_of_one_that_goes_around_what_is_held() -> None:
    network = cr.Network([2, 3, 2])
    program = network.program()
    for name, taken in (("a2", True), ("e2", True), ("z2", False), ("a1", False), ("l", False)):
        log = holding(program, [name], network).quantities["log_a2"]
        assert (log.textbook_form is None) == taken
        assert (formula(log.rule) == "log(a2)") == taken


def test_where_a_cost_is_held_what_comes_before_it_is_told_as_it_was() -> None:
    for network in (
        cr.Network([2, 3, 3], loss="focal", penalty="l2"),
        cr.Network([2, 3, 2], output="sigmoid", loss=cr.Focal(2, 0.3), penalty="l2"),
        cr.Network([2, 3, 3], penalty=lambda w: 0.1 * np.square(w).sum()),
    ):
        program = network.program()
        for name in ("l", "L", "L_data", "L_penalty", "penalty_W1"):
            held = holding(program, [name], network)
            for line, quantity in program.quantities.items():
                if quantity.section in ("forward", "loss"):
                    same = held.quantities[line]
                    assert formula(same.rule) == formula(quantity.rule)
                    assert (same.textbook_form is None) == (quantity.textbook_form is None)


class OwnSums(Loss):
    """Squares of the sums themselves, by way of a quantity of its own."""

    def forward(self, q: Any) -> None:
        q.r = q.z - q.y
        q.l = np.square(q.r).sum(axis=1)

    def backward(self, q: Any) -> None:
        q.da = 2 * q.r / q.m
        q.dz = 2 * q.r / q.m


def test_nor_can_what_a_loss_makes_of_the_sums() -> None:
    network = cr.Network([2, 3, 2], output="identity", loss=OwnSums())
    with pytest.raises(InputError) as caught:
        network.trace([[0.5, 0.25]], [[1, 2]]).what_if({"r2[0, 0]": 0.5})
    assert str(caught.value) == (
        "what_if can't hold r2: OwnSums() reads more than the outputs a2, so how L depends on what is held is not "
        "known. State the same by way of q.a in its forward(q), as q.also(log_a=np.log(q.a)) does; or hold what "
        "comes before the output's sums."
    )
    assert isinstance(caught.value.__cause__, LanguageError)


def test_nor_by_way_of_the_first_layer() -> None:
    trace = cr.Network([2, 2], loss=OwnLogits()).trace([[0.5, 0.25]], [1])
    with pytest.raises(
        InputError, match=r"^what_if can't hold a1: OwnLogits\(\) reads more than the outputs a1, so "
    ):
        trace.what_if({"a1[0, 0]": 0.5})


def test_more_than_one_that_can_t_be_held_are_all_named() -> None:
    trace = cr.Network([2, 3, 2], loss=OwnLogits()).trace([[0.5, 0.25]], [1])
    with pytest.raises(InputError) as caught:
        trace.what_if({"a2[0, 0]": 0.5, "e2[0, 0]": 1.0})
    assert str(caught.value).startswith(
        "what_if can't hold e2, a2: OwnLogits() reads more than the outputs a2, so "
    )


class Around(Activation):
    """What runs goes around r, and the textbook's form through it; beside them stands what is no number."""

    def forward(self, q: Any) -> None:
        q.r = 2 * q.z
        q.beyond = np.log(q.z - 100)
        q.a = 2 * np.abs(q.z)
        q.also(a=np.abs(q.r))


def test_where_what_is_moved_gives_no_number_nothing_is_said() -> None:
    network = cr.Network([2, 3, 2], hidden=Around())
    program = network.program()
    with np.errstate(all="raise"):
        held = {
            name: holding(program, [name], network).quantities["a1"].rule for name in ("r1", "beyond1", "z2")
        }
    assert {name: formula(rule) for name, rule in held.items()} == {
        "r1": "|r1|", "beyond1": "|r1|", "z2": "2 × |z1|",
    }  # fmt: skip
