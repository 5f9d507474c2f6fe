"""The pages in docs/ are true: their code runs and prints what they show, and its parts work everywhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest

import chainrule as cr
from chainrule.expressions import operations
from chainrule.parts.contract import Layer, Loss, Optimizer
from pages_read import check_every_format
from pages_told import languages, told

ADDING = Path(__file__).parents[1] / "docs" / "adding.md"
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def page() -> str:
    return ADDING.read_text(encoding="utf-8")


def blocks() -> list[tuple[str, str]]:
    return BLOCK.findall(page())


@pytest.fixture(scope="module")
def ran() -> dict[str, Any]:
    """The names that the page's code leaves behind, run in order; what it prints is as shown."""
    space: dict[str, Any] = told("adding.md").space
    return space


@dataclass
class Example:
    """A network with a part of the page, made anew each time, and its data and optimizer.

    `quantities` are names that the part brings.
    """

    network: Callable[[], cr.Network]
    optimizer: Callable[[], Any]
    X: Any
    y: Any
    quantities: tuple[str, ...]


EXAMPLES = (
    "function",
    "LeakyReLU",
    "Softplus",
    "Softsign",
    "Huber",
    "Scale",
    "Linear",
    "RMSprop",
    "Nesterov",
)


def example(name: str, space: dict[str, Any]) -> Example:
    X, labels, target = space["X"][:60], space["y"][:60], space["target"][:60]
    part = space.get(name)

    def adam() -> Any:
        return cr.Adam(0.01)

    if name == "function":

        def mish(z: Any) -> Any:
            return z * np.tanh(np.log1p(np.exp(z)))

        return Example(lambda: cr.Network([2, 5, 4, 2], hidden=mish), adam, X, labels, ("a1", "dz1", "dz2"))
    if name in ("LeakyReLU", "Softplus", "Softsign"):
        return Example(
            lambda: cr.Network([2, 5, 4, 2], hidden=part()), adam, X, labels, ("a1", "a2", "dz1", "dz2")
        )
    if name == "Huber":
        return Example(
            lambda: cr.Network([2, 5, 1], output="identity", loss=part(0.3)),
            adam, X, target, ("r2", "c2", "l", "da2"),
        )  # fmt: skip
    if name == "Scale":
        return Example(
            lambda: cr.Network(
                [cr.Dense(2, 5), cr.Tanh(), part(), cr.Dense(5, 4), cr.ReLU(), part(), cr.Dense(4, 2), "softmax"]
            ),
            adam, X, labels, ("h1", "h2", "dh1", "dg1", "dg2", "g1_new", "g2_new"),
        )  # fmt: skip
    if name == "Linear":
        return Example(
            lambda: cr.Network([part(2, 5), cr.Sigmoid(), part(5, 2), cr.Softmax()]),
            adam, X, labels, ("z1", "z2", "dW1", "dW2"),
        )  # fmt: skip
    state = {"RMSprop": "s", "Nesterov": "v"}[name]
    brought = (f"{state}W1_new", f"{state}b2_new", "W1_new", "b2_new")
    return Example(lambda: cr.Network([2, 5, 2]), lambda: part(learning_rate=0.01), X, labels, brought)


@pytest.fixture(params=EXAMPLES)
def case(request: pytest.FixtureRequest, ran: Any) -> Example:
    return example(request.param, ran)


# --- the page ---------------------------------------------------------------------------------------------


def test_the_page_prints_what_it_shows(ran: Any) -> None:
    assert languages("adding.md").count("text") >= 7


def test_every_part_of_the_page_is_an_example_here(ran: Any) -> None:
    own = {
        name
        for name, value in ran.items()
        if isinstance(value, type)
        and issubclass(value, Layer | Loss | Optimizer)
        and value.__module__ == "snippet"
    }
    assert own == set(EXAMPLES) - {"function"}


def test_a_part_takes_about_ten_lines_of_code() -> None:
    for _, block in blocks():
        for source in re.findall(r"^class .*?(?=^\S|\Z)", block, re.DOTALL | re.MULTILINE):
            code = re.sub(r'"""(?!$).*?"""', "", source, flags=re.DOTALL)
            lines = [line for line in code.splitlines() if line.strip()]
            assert len(lines) <= 12, source


def test_the_page_names_the_language(ran: Any) -> None:
    section = page().split("## What a rule may use\n")[1].split("A rule is run on symbols")[0]
    named = set(re.findall(r"`(np\.\w+)`", section))
    rules = set(re.findall(r"np\.\w+", operations.language()))
    # np.abs is np.absolute, and np.clip is written as a maximum and a minimum.
    assert named - {"np.clip"} == rules - {"np.absolute", "np.clip"} | {"np.abs"}


# --- the parts --------------------------------------------------------------------------------------------


def test_it_trains_and_the_steps_are_the_same_bit_for_bit(case: Example) -> None:
    fitted, stepped = case.network(), case.network()
    settings = {"epochs": 10, "batch_size": 16, "seed": 3}
    history = fitted.fit(case.X, case.y, optimizer=case.optimizer(), **settings)
    for _ in stepped.steps(case.X, case.y, optimizer=case.optimizer(), **settings):
        pass
    assert np.array_equal(fitted.parameters.flat, stepped.parameters.flat)
    assert history.loss[-1] < history.loss[0]


def test_its_gradients_are_finite_differences(case: Example) -> None:
    net, step = case.network(), 1e-6
    rng = np.random.default_rng(0)
    net.parameters.flat[...] += 0.1 * rng.standard_normal(net.parameters.flat.shape)  # away from zeros
    gradients = net.gradients(case.X, case.y)
    for name, array in net.parameters.items():
        numeric = np.empty_like(array)
        for index in np.ndindex(array.shape):
            before = array[index]
            array[index] = before + step
            above = net.loss(case.X, case.y)
            array[index] = before - step
            below = net.loss(case.X, case.y)
            array[index] = before
            numeric[index] = (above - below) / (2 * step)
        np.testing.assert_allclose(gradients[name], numeric, rtol=1e-6, atol=1e-8, err_msg=name)


@pytest.mark.some(3)
def test_it_is_explained_in_every_notation(case: Example) -> None:
    trace = case.network().trace(case.X[:3], case.y[:3], optimizer=case.optimizer())
    explanation = trace.explain()
    lines = [line.lstrip() for line in str(explanation).splitlines()]
    for name in case.quantities:
        assert any(re.match(rf"([\d.]+ +)?{re.escape(name)} = ", line) for line in lines), name
        assert f"{name} = " in str(trace.explain(name))
        assert name in str(trace)
    told = json.dumps(explanation.to_dict())
    for name in case.quantities:
        assert f'"{name}"' in told
    check_every_format(explanation)
    assert "nan" not in str(trace.explain(arithmetic="by_hand"))


@pytest.mark.some(3)
def test_why_tells_each_of_its_gradients_and_the_nudges_agree(case: Example) -> None:
    trace = case.network().trace(case.X[:3], case.y[:3], optimizer=case.optimizer())
    told = 0
    for name, quantity in trace.program.quantities.items():
        if quantity.section == "backward" and name[0] == "d":
            for index in list(np.ndindex(trace[name].shape))[:4]:
                why = trace.why(f"{name}{list(index)}")
                assert why.nudge is not None, name
                assert why.nudge.agrees, f"{name}{list(index)}"
                assert why.value == trace[name][index]
                told += 1
    assert told > 10
    for name in case.quantities:
        first = [0] * np.ndim(trace[name])
        assert trace.why(f"{name}{first}").parts or trace.why(f"{name}{first}").formula


def test_its_script_gives_the_same_weights_bit_for_bit(case: Example) -> None:
    net = case.network()
    settings = {"epochs": 10, "batch_size": 16, "seed": 3}
    script = net.code(optimizer=case.optimizer(), **settings)
    assert re.findall(r"^import .*|^from .*", script, re.MULTILINE) == ["import numpy as np"]
    space: dict[str, Any] = {"__name__": "script"}
    exec(compile(script, "script.py", "exec"), space)
    start = {name: array.copy() for name, array in net.parameters.items()}
    trained, losses = space["train"](case.X, case.y, start)
    history = net.fit(case.X, case.y, optimizer=case.optimizer(), **settings)
    for name, array in net.parameters.items():
        assert np.array_equal(trained[name], array), name
    np.testing.assert_allclose(losses, history.loss, rtol=1e-12)


@pytest.mark.some(3)
def test_it_is_drawn_and_runs_in_single_precision(case: Example) -> None:
    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    net = case.network()
    drawn = net.trace(case.X[:1], case.y[:1])
    ax = cr.plot.network(drawn)
    shown = [text.get_text() for text in ax.texts]
    assert any(f"L = {drawn.loss:.6g}".replace("-", "−") in text for text in shown)
    plt.close(ax.figure)
    single = cr.Network(net.layers, loss=net.loss_part, dtype="float32")
    trace = single.trace(case.X[:3], case.y[:3], optimizer=case.optimizer())
    assert {np.asarray(trace[name]).dtype for name in case.quantities} == {np.dtype("float32")}


@pytest.mark.parametrize("name", ["LeakyReLU", "Softplus", "Softsign", "Linear"])
def test_its_backward_is_the_derived_one(name: str, ran: Any) -> None:
    case = example(name, ran)
    written, derived = case.network(), case.network()
    for layer in derived.layers:
        if type(layer).__name__ == name:
            layer.__class__ = type(name, (type(layer),), {"backward": Layer.backward})
    a, b = written.gradients(case.X, case.y), derived.gradients(case.X, case.y)
    for parameter in a:
        np.testing.assert_allclose(a[parameter], b[parameter], rtol=1e-10, atol=1e-14, err_msg=parameter)


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_loss_may_leave_out_its_backward(outputs: int, ran: Any) -> None:
    huber = ran["Huber"]
    derived = type("Derived", (huber,), {"backward": Loss.backward})
    X, y = ran["X"][:20], np.repeat(ran["target"][:20], outputs, axis=1)
    a, b = (
        cr.Network([2, 4, outputs], output="identity", loss=loss(0.3)).gradients(X, y)
        for loss in (huber, derived)
    )
    for parameter in a:
        np.testing.assert_allclose(a[parameter], b[parameter], rtol=1e-10, atol=1e-14, err_msg=parameter)


def test_a_part_in_the_package_is_found_by_its_name(ran: Any, tmp_path: Path) -> None:
    (block,) = [block for _, block in blocks() if "class Softsign(" in block]
    # In a process of its own, for there the class counts as one of the package.
    code = f"""
import sys
import numpy as np
import chainrule as cr
exec(compile({block!r}, "activations.py", "exec"), {{"__name__": "chainrule.parts.activations", "np": np}})
net = cr.Network([2, 3, 2], hidden="softsign", seed=1)
print(repr(net))
net.save(sys.argv[1])
again = cr.load(sys.argv[1])
print(repr(again), (again.predict([[1, 2]]) == net.predict([[1, 2]])).all())
try:
    cr.Network([2, 3, 2], hidden="softsine")
except cr.ChainruleError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "net.safetensors")],
        capture_output=True,
        text=True,
        check=True,
    )
    title = "Network(2 → 3 softsign → 2 softmax, cross_entropy, 17 parameters, float64)"
    lines = done.stdout.splitlines()
    assert lines[0] == title
    assert lines[1] == f"{title} True"
    assert lines[2].startswith("there is no activation 'softsine'. Did you mean 'softsign'? There is: ")


def test_a_network_with_code_of_ones_own_is_not_saved_and_says_so(ran: Any, tmp_path: Path) -> None:
    net = cr.Network([2, 3, 2], hidden=ran["LeakyReLU"]())
    with pytest.raises(cr.ChainruleError, match="the class LeakyReLU is your own code"):
        net.save(tmp_path / "net.safetensors")
    assert not list(tmp_path.iterdir())


# --- the pages of docs/own: one's own part of each kind -------------------------------------------------------

OWN_PAGES = sorted((Path(__file__).parent.parent / "docs" / "own").glob("*.md"))


@pytest.mark.parametrize("page", OWN_PAGES, ids=lambda page: page.stem)
def test_a_page_of_ones_own_is_short_and_says_what_it_prints(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    own = f"own/{page.name}"
    assert languages(own) == ["python", "text"] * text.count("```python")
    for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        assert sum(bool(line.strip()) for line in code.splitlines()) < 15
    told(own)


def test_there_is_a_page_for_each_kind_of_part() -> None:
    kinds = {page.stem for page in OWN_PAGES}
    assert kinds == {"activation", "callback", "layer", "loss", "optimizer", "penalty"}
