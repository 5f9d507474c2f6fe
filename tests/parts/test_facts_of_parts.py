"""What each part is, beside its rules: facts that other rooms ask for, by hand, for every part that there is."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import KindError, UnknownName
from chainrule.parts.contract import (
    Activation,
    Clipping,
    Initializer,
    Layer,
    Loss,
    Optimizer,
    Part,
    Penalty,
    Schedule,
)

CLASSIFIES = {"binary_cross_entropy", "cross_entropy", "focal", "kl_divergence", "hinge", "squared_hinge"}


def _those(kind: type, fact: str, value: object = True) -> set[str]:
    return {name for name, part in kind.registry().items() if getattr(part, fact) == value}  # type: ignore[attr-defined]


def test_of_losses() -> None:
    assert _those(Loss, "is_classification") == CLASSIFIES
    assert _those(Loss, "reads_targets", False) == {"triplet"}
    assert _those(Loss, "real_targets", False) == {"poisson"}  # counts
    assert _those(Loss, "threshold", 0.0) == {
        "hinge",
        "squared_hinge",
    }  # the others halve what is from 0 to 1
    assert _those(Loss, "threshold", 0.5) == set(Loss.registry()) - {"hinge", "squared_hinge"}


@pytest.mark.parametrize(
    ("loss", "output", "outputs", "single"),
    [
        ("cross_entropy", "softmax", 3, True),
        ("cross_entropy", "log_softmax", 3, True),
        (cr.CrossEntropy(from_logits=True), "identity", 3, True),
        ("cross_entropy", "sigmoid", 3, False),
        ("focal", "softmax", 3, True),
        ("focal", "sigmoid", 3, False),
        ("kl_divergence", "softmax", 3, True),
        ("hinge", "identity", 3, True),
        ("hinge", "identity", 1, False),
        ("squared_hinge", "tanh", 3, True),
        ("squared_hinge", "tanh", 1, False),
        ("binary_cross_entropy", "sigmoid", 3, False),
        ("mean_squared_error", "sigmoid", 3, False),
    ],
)
def test_whether_a_sample_belongs_to_one_class(loss: Any, output: str, outputs: int, single: bool) -> None:
    net = cr.Network([2, outputs], output=output, loss=loss)
    assert (net.paired_loss.single_label, net.paired_loss.is_classification) == (
        single,
        Loss.of(loss).name() in CLASSIFIES,
    )


def test_of_layers_and_optimizers() -> None:
    assert _those(Activation, "probabilities") == {"sigmoid", "softmax"}
    assert _those(Activation, "couples_outputs") == {"softmax", "log_softmax"}
    made: list[Layer] = [cr.Dense(2, 3), cr.BatchNorm(), cr.LayerNorm(), cr.Dropout(0.5), cr.ReLU()]
    assert [layer.has_weights for layer in made] == [True, False, False, False, False]
    assert [layer.ignores_shift for layer in made] == [False, True, False, False, False]
    assert all(layer.stored for layer in made)
    assert _those(Optimizer, "full_batch") == {"lbfgs"}


@pytest.mark.parametrize(
    ("schedule", "required"),
    [
        (cr.WarmUp, ("learning_rate", "steps")),
        (cr.StepDecay, ("learning_rate", "every")),
        (cr.Exponential, ("learning_rate", "factor")),
        (cr.Cosine, ("learning_rate",)),
        (cr.OneCycle, ("learning_rate",)),
    ],
)
def test_what_a_schedule_can_not_do_without(schedule: Any, required: tuple[str, ...]) -> None:
    given = dict.fromkeys(required, 1)
    schedule(**given)
    for name in required:
        with pytest.raises(KindError) as caught:
            schedule(**{other: value for other, value in given.items() if other != name})
        assert str(caught.value).startswith(
            f"{schedule.__name__}: missing a required argument: {name!r}; it takes "
        )


KINDS: list[tuple[type[Part], str, str]] = [
    (Activation, "activation", "identity"), (Layer, "layer", "identity"), (Loss, "loss", "mean_squared_error"),
    (Optimizer, "optimizer", "sgd"), (Penalty, "penalty", "l1"), (Clipping, "clipping", "clip_value"),
    (Schedule, "schedule", "warm_up"), (Initializer, "initializer", "glorot"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "word", "first"), KINDS)
def test_a_kind_is_called_so_where_something_else_is_given(kind: type[Part], word: str, first: str) -> None:
    for given in (3, None, [first], {}):
        with pytest.raises(KindError) as caught:
            kind.of(given)
        assert str(caught.value) == f"{given!r} is no {word}: give its name, such as '{first}', or a part."
    with pytest.raises(UnknownName) as wrong:
        kind.of("xyz")
    assert str(wrong.value) == f"there is no {word} 'xyz'. There is: {', '.join(kind.registry())}."


NAMES = {
    Activation: "identity relu leaky_relu prelu elu selu sigmoid tanh softplus silu swish hard_swish gelu gelu_tanh "
    "mish softmax log_softmax",
    Loss: "mean_squared_error half_squared_error mean_absolute_error huber log_cosh quantile poisson hinge "
    "squared_hinge triplet binary_cross_entropy cross_entropy focal kl_divergence",
    Optimizer: "sgd momentum nesterov adam amsgrad adamw nadam radam adamax rmsprop adagrad adadelta lion lookahead "
    "lbfgs",
    Penalty: "l1 l2 shared_l2 elastic_net",
    Clipping: "clip_value clip_norm",
    Schedule: "warm_up step_decay exponential cosine one_cycle",
    Initializer: "glorot he lecun orthogonal normal uniform constant zeros",
}
TITLES = {  # in headings, where it is not the name with spaces
    "log_cosh": "log-cosh", "binary_cross_entropy": "binary cross-entropy", "cross_entropy": "cross-entropy",
    "kl_divergence": "KL divergence", "l1": "L1", "l2": "L2", "shared_l2": "L2",
}  # fmt: skip


@pytest.mark.parametrize("kind", list(NAMES))
def test_names_and_titles(kind: type[Part]) -> None:
    """Files, command lines and messages have these names."""
    assert list(kind.registry()) == NAMES[kind].split()
    for name, part in kind.registry().items():
        assert part.title() == TITLES.get(name, name.replace("_", " "))


def test_layers_are_these_beside_the_activations() -> None:
    assert [name for name in Layer.registry() if name not in Activation.registry()] == [
        "dense", "standardize", "batch_norm", "layer_norm", "dropout", "columns",
    ]  # fmt: skip


SIGNATURES = """
LeakyReLU(slope) ELU(alpha) Dense(inputs, outputs, bias) Standardize(center, scale) BatchNorm(rate, epsilon)
LayerNorm(epsilon) Dropout(rate) Columns(columns) Huber(delta) Quantile(q) Poisson(*, log_input) Triplet(margin)
BinaryCrossEntropy(*, from_logits, label_smoothing) CrossEntropy(*, from_logits, label_smoothing, class_weights)
Focal(gamma, alpha) SGD(learning_rate, *, clip) Momentum(learning_rate, momentum, *, clip)
Nesterov(learning_rate, momentum, *, clip) Adam(learning_rate, beta1, beta2, epsilon, *, clip)
AMSGrad(learning_rate, beta1, beta2, epsilon, *, clip)
AdamW(learning_rate, beta1, beta2, epsilon, weight_decay, *, clip)
NAdam(learning_rate, beta1, beta2, epsilon, momentum_decay, *, clip)
RAdam(learning_rate, beta1, beta2, epsilon, *, clip) Adamax(learning_rate, beta1, beta2, epsilon, *, clip)
RMSprop(learning_rate, rho, epsilon, momentum, *, clip, centered) Adagrad(learning_rate, epsilon, *, clip)
Adadelta(learning_rate, rho, epsilon, *, clip) Lion(learning_rate, beta1, beta2, weight_decay, *, clip)
Lookahead(inner, k, alpha) LBFGS(pairs, loss_tolerance, gradient_tolerance, max_fun, *, clip) L1(strength, *, biases)
L2(strength, *, biases) SharedL2(strength, *, biases) ElasticNet(l1, l2, *, biases) ClipValue(limit) ClipNorm(limit)
WarmUp(learning_rate, steps, *, warmup) StepDecay(learning_rate, every, factor, *, warmup)
Exponential(learning_rate, factor, *, warmup) Cosine(learning_rate, steps, eta_min, *, warmup)
OneCycle(learning_rate, steps, div_factor, final_div_factor, pct_start, *, warmup) Glorot(*, normal) He(*, normal)
LeCun(*, normal) Orthogonal(gain) Normal(std) Uniform(limit) Constant(value)
"""


def _signature(part: type[Part]) -> str:
    found = inspect.signature(part).parameters.values()
    given = [each.name for each in found if each.kind is each.POSITIONAL_OR_KEYWORD]
    named = [each.name for each in found if each.kind is each.KEYWORD_ONLY]
    return f"{part.__name__}({', '.join([*given, *['*'] * bool(named), *named])})"


def test_settings_in_the_order_in_which_they_are_given_and_those_that_are_given_by_name() -> None:
    written = set(re.findall(r"\w+\([^)]*\)", SIGNATURES))
    parts = {part for kind, _, _ in KINDS for part in kind.registry().values()}
    assert {_signature(part) for part in parts if inspect.signature(part).parameters} == written


STATES = {
    "momentum": ("v",), "nesterov": ("v",), "adam": ("m", "v"), "amsgrad": ("m", "v", "v_max"), "adamw": ("m", "v"),
    "nadam": ("m", "v", "p"), "radam": ("m", "v"), "adamax": ("m", "u"), "rmsprop": ("s",), "adagrad": ("s",),
    "adadelta": ("s", "u"), "lion": ("m",), "lookahead": ("m", "v", "w_slow"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(Optimizer.registry()))
def test_what_an_optimizer_remembers_and_from_where_it_starts(name: str) -> None:
    optimizer, net = Optimizer.of(name), cr.Network([1, 2], seed=1)
    assert optimizer.state == STATES.get(name, ())
    arrays = optimizer.state_arrays(net.parameters)
    assert tuple(arrays) == STATES.get(name, ())
    for state, array in arrays.items():
        assert (array == (name == "nadam" and state == "p")).all()
    assert optimizer.t == 0


def test_what_the_contract_says_where_a_part_says_nothing() -> None:
    """A layer without weights, from x to x, for one sample or more; a loss of numbers; an optimizer that steps."""
    layer, activation = (type("Mine", (kind,), {})() for kind in (Layer, Activation))
    for part, takes, gives in ((layer, "x", "x"), (activation, "z", "a")):
        assert (part.takes, part.gives, part.shift, part.min_samples) == (takes, gives, "", 1)
        assert (part.weights, part.noise, part.raw_features, part.quiet, part.notes) == ((), {}, None, (), {})
        assert (part.has_weights, part.ignores_shift, part.stored) == (False, False, True)
        assert part.parameters(3, None, np.random.default_rng()) == part.constants() == part.buffers(3) == {}
        assert (part.width(3), part.width(None)) == (3, None)
    assert (activation.probabilities, activation.couples_outputs) == (False, False)
    loss = type("Mine", (Loss,), {})()
    assert (loss.is_classification, loss.single_label, loss.threshold, loss.group) == (False, False, 0.5, 1)
    assert (loss.reads_targets, loss.real_targets, loss.constants()) == (True, True, {})
    assert loss.for_output(cr.Tanh(), 3) is loss
    loss.check_targets(np.array([[-1e300, np.inf]]))  # anything goes
    optimizer = type("Mine", (Optimizer,), {})()
    assert (optimizer.state, optimizer.start, optimizer.full_batch, optimizer.clip) == ((), {}, False, None)
    assert (optimizer.schedule, optimizer.roles(), optimizer.numbers()) == (None, {"": optimizer}, {})
    schedule = type("Mine", (Schedule,), {})()
    assert (schedule.warmup, schedule.scalars()) == (0.0, {})
    penalty = type("Mine", (Penalty,), {})()
    assert (penalty.biases, penalty.label(), penalty.wrapper is not None) == (False, "mine penalty", True)
    assert (Initializer.wrapper, Clipping.wrapper, Schedule.wrapper) == (None, None, None)


def test_a_state_that_is_a_word_is_none() -> None:
    with pytest.raises(KindError) as caught:
        type("Mine", (Optimizer,), {"state": "m"})()
    assert str(caught.value) == "Mine: state = 'm' is a word: write ('m',), a tuple."


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ({"hidden": np.tanh}, "function tanh"),
        ({"loss": lambda a, y: ((a - y) ** 2).sum(axis=1)}, "function <lambda>"),
        ({"penalty": lambda w: (w**2).sum()}, "function <lambda>"),
    ],
)  # fmt: skip
def test_a_function_of_ones_own_can_not_be_saved(how: dict[str, Any], what: str, tmp_path: Any) -> None:
    net = cr.Network([2, 3, 2], **how)
    with pytest.raises(
        KindError, match=f"^the network can't be saved: the {what} is your own code, and a file holds"
    ):
        net.save(tmp_path / "net.safetensors")


def test_titles_of_ones_own() -> None:
    net = cr.Network([1, 2], loss=lambda a, y: ((a - y) ** 2).sum(axis=1), penalty=lambda w: (w**2).sum())
    assert (type(net.loss_part).title(), net.loss_part.label()) == ("own loss", "own function")
    assert net.penalty is not None
    assert net.penalty.label() == "own function"
