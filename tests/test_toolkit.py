"""All parts together, at random: every reading of a step says the same."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

import chainrule as cr
from chainrule.compiler import CompiledEngine, NotCompiled
from chainrule.engines.batches import Batches
from chainrule.engines.numpy_engine import NumpyEngine
from chainrule.errors import ChainruleError, Diverged
from chainrule.model.samples import check
from chainrule.model.streams import RandomStreams
from chainrule.parts.contract import (
    Activation,
    Array,
    Clipping,
    Initializer,
    Layer,
    Loss,
    Optimizer,
    Penalty,
    Schedule,
)
from chainrule.program import builder, write
from pages_read import check_every_format
from thorough import THOROUGH, examples

ACTIVATIONS = list(Activation.registry())
BETWEEN = [  # layers that stand before or behind an activation
    name for name, part in Layer.registry().items()
    if not issubclass(part, Activation) and not part.has_weights and part.takes in ("z", "a")
]  # fmt: skip
OPTIMIZERS = [name for name, part in Optimizer.registry().items() if not getattr(part, "full_batch", False)]


def pairs(losses: Iterable[Any]) -> list[tuple[Any, str, int]]:
    """Every loss with every output activation that it goes with, and the fewest outputs that they need."""
    found = []
    for loss in losses:
        for output in ACTIVATIONS:
            for outputs in (1, 2):
                try:
                    cr.Network([2, outputs], output=output, loss=loss)
                except ChainruleError:
                    continue
                found.append((loss, output, outputs))
                break
    return found


PAIRS: list[tuple[str, str, int]] = pairs(Loss.registry())
STEPS = {"every": 2, "steps": 7, "factor": 0.9}


@dataclass(frozen=True)
class Kit:
    """A network, its optimizer and its data, described: they are made anew each time, equal."""

    widths: tuple[int, ...]
    hidden: tuple[str, ...]
    between: tuple[str, ...]
    pair: tuple[str, str, int]
    optimizer: str
    inner: str
    schedule: str
    clip: str
    penalty: str
    initializer: str
    weighted: bool
    samples: int
    seed: int

    def network(self, dtype: str = "float64") -> cr.Network:
        loss, output, fewest = self.pair
        layers: list[Any] = []
        for i, (activation, extra) in enumerate(zip(self.hidden, self.between, strict=True)):
            more = [Layer.of(extra)] if extra else []
            before = more if more and more[0].takes == "z" else []
            behind = more if not before else []
            layers += [cr.Dense(self.widths[i], self.widths[i + 1]), *before, activation, *behind]
        layers += [cr.Dense(self.widths[-1], max(fewest, 1 + self.seed % 4)), output]
        net = cr.Network(
            layers,
            loss=loss,
            penalty=self.penalty or None,
            initializer=self.initializer,
            seed=self.seed,
            dtype=dtype,
        )
        rng = np.random.default_rng(self.seed)
        for array in net.parameters.values():
            array += 0.3 * rng.standard_normal(array.shape)
        return net

    def make(self) -> Optimizer:
        part: Any = Optimizer.registry()[self.optimizer]
        around = "inner" in {field.name for field in dataclasses.fields(part)}
        return part(self._made(self.inner)) if around else self._made(self.optimizer)

    def _made(self, name: str) -> Optimizer:
        part: Any = Optimizer.registry()[name]
        given: dict[str, Any] = {"clip": self.clip or None}
        if self.schedule and "learning_rate" in {field.name for field in dataclasses.fields(part)}:
            schedule: Any = Schedule.registry()[self.schedule]
            own = {field.name for field in dataclasses.fields(schedule)}
            given["learning_rate"] = schedule(0.01, **{n: v for n, v in STEPS.items() if n in own})
        return part(**given)  # type: ignore[no-any-return]

    def data(self) -> tuple[Array, Any, Array | None]:
        net = self.network()
        rng = np.random.default_rng([self.seed, 1])
        m = self.samples - self.samples % net.paired_loss.group or net.paired_loss.group
        m = max(m, *(layer.min_samples for layer in net.layers))
        X = rng.standard_normal((m, self.widths[0]))
        weight = rng.uniform(0, 2, m) if self.weighted and net.paired_loss.group == 1 else None
        return X, targets(net, m, rng), weight

    def __repr__(self) -> str:
        return f"Kit({self.network()!r}, {self.make()!r}, {self.penalty!r}, {self.samples} samples, seed {self.seed})"


def targets(net: cr.Network, m: int, rng: np.random.Generator) -> Any:
    """Targets of the first kind that the loss takes."""
    k = net.outputs
    p = rng.uniform(0.1, 1, (m, k))
    kinds: list[Any] = [rng.integers(0, max(k, 2), m)] if net.loss_part.is_classification else []
    kinds += [
        p / p.sum(axis=1, keepdims=True),
        p,
        rng.poisson(2, (m, k)).astype(float),
        rng.standard_normal((m, k)),
    ]
    for y in kinds:
        try:
            check(net, np.zeros((m, net.inputs)), y)
        except ChainruleError:
            continue
        return y
    raise AssertionError(f"no targets suit {net.loss_part}")


@st.composite
def kits(draw: st.DrawFn) -> Kit:
    depth = draw(st.integers(0, 3))
    return Kit(
        tuple(draw(st.lists(st.integers(2, 7), min_size=depth + 1, max_size=depth + 1))),
        tuple(draw(st.lists(st.sampled_from(ACTIVATIONS), min_size=depth, max_size=depth))),
        tuple(draw(st.lists(st.sampled_from(["", *BETWEEN]), min_size=depth, max_size=depth))),
        draw(st.sampled_from(PAIRS)),
        draw(st.sampled_from(OPTIMIZERS)),
        draw(st.sampled_from([name for name in OPTIMIZERS if "look" not in name])),
        draw(st.sampled_from(["", "", *Schedule.registry()])),
        draw(st.sampled_from(["", "", *Clipping.registry()])),
        draw(st.sampled_from(["", *Penalty.registry()])),
        draw(st.sampled_from(list(Initializer.registry()))),
        draw(st.booleans()),
        draw(st.integers(1, 12)),
        draw(st.integers(0, 2**16)),
    )


def test_there_is_something_of_everything() -> None:
    assert len(PAIRS) > 60
    assert {loss for loss, _, _ in PAIRS} == set(Loss.registry())
    assert len(BETWEEN) == 3
    assert len(OPTIMIZERS) >= 14


@given(kits())
@examples(120, few=15)
def test_steps_fit_and_code_agree_bit_for_bit(kit: Kit) -> None:
    X, y, weight = kit.data()
    nets = [kit.network() for _ in range(3)]
    rows = 3 * nets[0].paired_loss.group if len(X) % 3 != 1 else len(X)
    how: dict[str, Any] = {"epochs": 3, "batch_size": rows, "seed": kit.seed}
    assume(len(X) % rows != 1 or nets[0].min_samples == 1)
    try:
        history = nets[0].fit(X, y, optimizer=kit.make(), engine="numpy", sample_weight=weight, **how)
    except Diverged:
        reject()
    for trace in nets[1].steps(X, y, optimizer=kit.make(), sample_weight=weight, **how):
        if THOROUGH or trace.step_number <= 3:  # what is read of a step changes nothing of the next
            trace.explain()
    for name, array in everything(nets[0]).items():
        np.testing.assert_array_equal(everything(nets[1])[name], array, err_msg=name)
    if weight is not None:
        return
    namespace: dict[str, Any] = {"__name__": "script"}
    optimizer = kit.make()
    if optimizer.schedule is not None:
        optimizer.schedule.over(3 * -(-len(X) // rows))
    exec(nets[2].code(optimizer=optimizer, **how), namespace)
    trained, losses = namespace["train"](X, y, dict(nets[2].parameters))
    assert losses == history.loss
    for name, array in everything(nets[0]).items():
        np.testing.assert_array_equal(trained[name], array, err_msg=name)


def everything(net: cr.Network) -> dict[str, Array]:
    return {**net.parameters, **net.buffers}


@given(kits())
@examples(60, few=7)
def test_the_walk_through_renders_everywhere(kit: Kit) -> None:
    X, y, weight = kit.data()
    net = kit.network()
    trace = net.trace(X, y, kit.make(), sample_weight=weight)
    assume(all(np.isfinite(value).all() for value in trace.values()))
    explanation = trace.explain()
    check_every_format(explanation)
    told = [line.name for _, steps in explanation.sections for step in steps for line in step.lines]
    assert len(told) == len(set(told))
    lines = str(explanation).splitlines()
    for before, after in itertools.pairwise(lines):
        assert not (before == after == "")
        assert before.strip() != after.strip() or not after.strip() or set(after) & set("⎡⎢⎣"), after


@given(kits())
@examples(100, few=15)
def test_every_part_does_what_it_writes_down(kit: Kit) -> None:
    """The parts that come with chainrule are not tried whenever a network is made, as one's own are: here they are."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (builder, write):
            patch.setattr(module, "is_ours", lambda part: False)
        network = kit.network()
        network.program(kit.make())
        network.program(training=False)
        network.program(targets=False)


@given(kit=kits(), threads=st.integers(1, 2))
@examples(60, few=8)
def test_the_compiled_engine_takes_numpys_steps(kit: Kit, threads: int) -> None:
    X, y, weight = kit.data()
    engines: list[Any] = []
    for kind in (CompiledEngine, NumpyEngine):
        net, optimizer = kit.network(), kit.make()
        checked, goals, labels = check(net, X, y)
        data = Batches(
            checked, goals, len(X), False, labels, net.paired_loss.group, weight, None, RandomStreams(3)
        )
        try:
            more = (threads,) if kind is CompiledEngine else ()
            engines.append(kind(net, optimizer, data, *more))  # type: ignore[operator]
        except NotCompiled:
            assume(kit.pair[0] != "triplet")  # the one part that has no compiled form
            raise
    compiled, plain = engines
    with np.errstate(all="ignore"):
        for _ in range(3):
            for name, array in state(plain).items():
                state(compiled)[name][...] = array
            losses, right = compiled.run(None, 0, 1)
            expected, expected_right = plain.run(None, 0, 1)
            if not all(np.isfinite(array).all() for array in state(plain).values()):
                reject()
            near(losses, expected)
            assert right == expected_right
            # An optimizer that divides by a gradient's size makes a whole step of what rounding leaves of a 0.
            sure = np.abs(plain.gradients) > 1e-5
            for name, array in state(plain).items():
                keep = sure if array.shape == sure.shape else np.full(array.shape, True)
                near(state(compiled)[name][keep], array[keep])
    compiled.close()


def state(engine: Any) -> dict[str, Array]:
    net = engine.network
    return {"parameters": net.parameters.flat, **engine.optimizer.state_arrays(net.parameters), **net.buffers}


def near(found: Array, right: Array) -> None:
    """Within 1e-9 of the largest entry."""
    largest = np.abs(right).max(initial=1e-9)
    np.testing.assert_allclose(found, right, rtol=0, atol=1e-9 * largest)


@pytest.mark.some(25)
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0]}-{pair[1]}")
def test_every_pair_of_loss_and_output_agrees_with_a_nudge(pair: tuple[str, str, int]) -> None:
    kit = Kit((3, 4), ("tanh",), ("",), pair, "sgd", "", "", "", "", "glorot", False, 6, 2)
    X, y, _ = kit.data()
    net = kit.network()
    trace = net.trace(X, y)
    for entry in ("W1[0, 1]", "W2[2, 0]", "b2[0]"):
        nudge = trace.why(f"d{entry}").nudge
        assert nudge is not None
        assert nudge.finding in ("agrees", "a kink"), (entry, nudge)
