"""Comparisons: same start, same batches, and figures that are those of the plain training."""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Iterator
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt

import chainrule as cr
from chainrule.errors import InputError, KindError, UnknownName
from chainrule.experiments import Comparison
from chainrule.parts.contract import Activation, Clipping, Initializer, Layer, Loss, Optimizer, Penalty
from chainrule.training.callbacks import Callback

X, y = cr.data.moons(120, seed=0, noise=0.3)
HELD = cr.data.moons(60, seed=1, noise=0.3)
SIZES = [2, 8, 6, 2]
HOW: dict[str, Any] = {"epochs": 4, "batch_size": 16, "progress": False}
NUMBERS = X[:, 0] * X[:, 1]


@pytest.fixture(autouse=True)
def _without_a_screen() -> Iterator[None]:
    matplotlib.use("agg")
    yield
    plt.close("all")


def compare(**how: Any) -> Comparison:
    return cr.compare(SIZES, X, y, **{"validation_data": HELD, **HOW, **how})


def cells(found: Comparison) -> list[list[str]]:
    """The rows of the printed table, split."""
    head, lines = found.about, str(found).splitlines()
    body = lines[len(head.splitlines()) + 1 :]
    rows = body[: body.index("")]
    return [row.split() for row in rows[-len(found) :]]


# --- the same as training alone -------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_row_is_the_plain_fit_bit_for_bit(engine: str) -> None:
    found = compare(optimizers=["sgd", "adam", cr.RMSprop(0.02)], seed=3, engine=engine)
    for name, optimizer in (("sgd", "sgd"), ("adam", "adam"), ("RMSprop(0.02)", cr.RMSprop(0.02))):
        net = cr.Network(SIZES, seed=3)
        history = net.fit(X, y, optimizer=optimizer, seed=3, validation_data=HELD, engine=engine, **HOW)
        trial = found[name]
        assert (trial.network.parameters.flat == net.parameters.flat).all()
        assert trial.history.loss == history.loss
        assert trial.history.validation_loss == history.validation_loss
        assert trial.validation["loss"][1:] == pytest.approx(history.validation_loss, rel=1e-12)
        assert trial.history.engine == history.engine == engine
        assert trial.result == {"loss": net.loss(X, y), "accuracy": (net.classify(X) == y).mean()}
        assert trial.validation_result["loss"] == net.loss(*HELD)


def test_what_network_and_fit_take_goes_through() -> None:
    how = {"hidden": "tanh", "penalty": cr.L2(0.01), "dtype": "float32", "initializer": "he"}
    fitting = {"class_weight": "balanced", "shuffle": False}
    found = compare(optimizers=["adam"], **how, **fitting)
    net = cr.Network(SIZES, **how)
    net.fit(X, y, optimizer="adam", **HOW, **fitting)
    assert (found["adam"].network.parameters.flat == net.parameters.flat).all()
    assert found["adam"].network.dtype == np.float32


def test_all_begin_alike_and_see_the_same_batches() -> None:
    batches: list[bytes] = []

    def remember(samples: Any, rng: Any) -> Any:
        batches.append(samples.tobytes())
        return samples

    found = compare(optimizers=["sgd", "adam", "lion"], transform=remember, engine="numpy")
    each = len(batches) // 3
    assert each == 4 * math.ceil(120 / 16)
    assert batches[:each] == batches[each : 2 * each] == batches[2 * each :]
    assert len({trial.training["loss"][0] for trial in found}) == 1
    assert len({trial.validation["loss"][0] for trial in found}) == 1
    assert found["sgd"].training["loss"][0] == cr.Network(SIZES).loss(X, y)


def test_dropout_changes_neither_the_start_nor_the_order() -> None:
    batches: list[bytes] = []

    def remember(samples: Any, rng: Any) -> Any:
        batches.append(samples.tobytes())
        return samples

    found = compare(regularizers=["none", "dropout:0.3", "l2:0.1"], transform=remember, engine="numpy")
    each = len(batches) // 3
    assert batches[:each] == batches[each : 2 * each] == batches[2 * each :]
    assert len({trial.training["loss"][0] for trial in found}) == 1


def test_initial_weights_are_the_same_unless_initializers_are_compared() -> None:
    def start(**how: Any) -> list[Any]:
        """The weights before the first step: with a learning rate of 0 there is no other."""
        found = compare(learning_rate=0.0, optimizer="sgd", epochs=1, **how)
        return [{n: a for n, a in trial.network.parameters.items() if n[0] in "Wb"} for trial in found]

    plain = cr.Network(SIZES)
    kinds = {
        "activations": ["relu", "tanh", "prelu"],
        "losses": ["cross_entropy", "hinge"],
        "regularizers": ["none", "batch_norm", "layer_norm", "l1:1"],
    }
    for kind, names in kinds.items():
        for weights in start(**{kind: names}):
            assert all((weights[name] == plain.parameters[name]).all() for name in plain.parameters), kind
    glorot, he = start(initializers=["glorot", "he"])
    assert (glorot["W1"] == plain.parameters["W1"]).all()
    assert (he["W1"] == cr.Network(SIZES, initializer="he").parameters["W1"]).all()
    assert (glorot["W1"] != he["W1"]).all()


def test_without_a_seed_the_start_is_still_the_same() -> None:
    found = compare(optimizers=["sgd", "adam"], seed=None)
    assert found["sgd"].training["loss"][0] == found["adam"].training["loss"][0]


def test_what_was_given_is_left_alone() -> None:
    optimizer = cr.Adam(0.01)
    compare(optimizers={"a": optimizer, "b": optimizer})
    compare(activations=["relu", "tanh"], optimizer=optimizer)
    assert optimizer.t == 0
    assert compare(optimizers={"a": optimizer, "b": optimizer})["a"].rate == 0.01


# --- choices --------------------------------------------------------------------------------------------


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


def test_functions_and_parts_of_ones_own_are_choices() -> None:
    def mish(z: Any) -> Any:
        return z * np.tanh(np.log1p(np.exp(z)))

    found = compare(activations=[mish, "relu", lambda z: np.maximum(z, 0)])
    assert list(found.trials) == ["mish", "relu", "own function"]
    assert found["own function"].result["loss"] == pytest.approx(found["relu"].result["loss"], rel=1e-9)
    own = compare(optimizers={"plain": lambda w, dw: w - 0.01 * dw, "sgd": "sgd"})
    assert (own["plain"].network.parameters.flat == own["sgd"].network.parameters.flat).all()
    assert own["plain"].rate is None
    assert cells(own)[0][1] == "-"
    losses = compare(losses={"squares": lambda a, y: np.square(a - y).sum(axis=1), "hinge": "hinge"})
    assert_whole(losses)


def test_every_part_can_be_compared() -> None:
    for kind, names in (
        ("optimizers", list(Optimizer.known())),
        ("activations", list(Activation.known())),
        ("initializers", list(Initializer.known())),
    ):
        found = compare(**{kind: names}, batch_size=None)  # some take all samples at once
        assert list(found.trials) == names
        assert_whole(found)


def regularizers() -> dict[str, Any]:
    """All names of regularizers, and what each one is beside a plain network."""
    around = [
        name for name, part in Layer.known().items() if part.takes in ("z", "a") and part.gives in ("n", "h")
    ]
    return dict.fromkeys([*Penalty.known(), *around, *Clipping.known()])


def test_every_regularizer_changes_what_it_says() -> None:
    names = [
        "none", *regularizers(), "early_stopping:1", "reduce_on_plateau", "label_smoothing:0.2", "weight_decay:0.5",
    ]  # fmt: skip
    found = compare(regularizers=names, learning_rate=0.01)
    assert_whole(found)

    def fitted(net: cr.Network, optimizer: Any = None, **more: Any) -> Any:
        net.fit(X, y, optimizer=optimizer or cr.Adam(0.01), validation_data=HELD, **HOW, **more)
        return net.parameters.flat

    relu, dropout, norm = cr.ReLU(), cr.Dropout(), cr.BatchNorm()
    d = [cr.Dense(2, 8), cr.Dense(8, 6), cr.Dense(6, 2)]
    plain = {
        "none": lambda: fitted(cr.Network(SIZES)),
        "l2": lambda: fitted(cr.Network(SIZES, penalty="l2")),
        "dropout": lambda: fitted(cr.Network([d[0], relu, dropout, d[1], relu, dropout, d[2], cr.Softmax()])),
        "batch_norm": lambda: fitted(cr.Network([d[0], norm, relu, d[1], norm, relu, d[2], cr.Softmax()])),
        "clip_norm": lambda: fitted(cr.Network(SIZES), cr.Adam(0.01, clip="clip_norm")),
        "early_stopping:1": lambda: fitted(cr.Network(SIZES), callbacks=[cr.EarlyStopping(patience=1)]),
        "label_smoothing:0.2": lambda: fitted(cr.Network(SIZES, loss=cr.CrossEntropy(label_smoothing=0.2))),
        "weight_decay:0.5": lambda: fitted(cr.Network(SIZES), cr.AdamW(0.01, weight_decay=0.5)),
    }
    for name, train in plain.items():
        assert (found[name].network.parameters.flat == train()).all(), name


def test_regularizers_may_be_parts() -> None:
    class Note(Callback):
        def epoch(self, run: Any) -> None:
            noted.append(run.epoch)

    noted: list[int] = []
    parts = {
        "penalty": cr.L1(0.1),
        "function": lambda w: 0.1 * np.square(w).sum(),
        "layer": cr.Dropout(0.1),
        "clipping": cr.ClipValue(0.1),
        "callback": Note(),
        "loss": cr.CrossEntropy(label_smoothing=0.1),
        "optimizer": cr.AdamW(0.01),
        "transform": cr.data.Augment((1, 2), noise=0.1),
    }
    found = compare(regularizers=parts)
    assert_whole(found)
    assert noted == [1, 2, 3, 4]
    assert len({trial.network.parameters.flat.tobytes() for trial in found}) == len(parts)


def test_layers_of_ones_own_keep_their_place() -> None:
    layers = [cr.Dense(2, 5), cr.Tanh(), cr.Dense(5, 2), cr.Softmax()]
    found = cr.compare(layers, X, y, regularizers=["dropout", "layer_norm"], validation_data=HELD, **HOW)
    kinds = [[type(layer).__name__ for layer in trial.network.layers] for trial in found]
    assert kinds[0] == ["Dense", "Tanh", "Dropout", "Dense", "Softmax"]
    assert kinds[1] == ["Dense", "LayerNorm", "Tanh", "Dense", "Softmax"]
    scaled = compare(regularizers=["dropout"], scaling=cr.Standardize.fitted(X))
    assert [layer.name() for layer in scaled["dropout"].network.layers][:4] == [
        "standardize", "dense", "relu", "dropout",
    ]  # fmt: skip


# --- figures --------------------------------------------------------------------------------------------


def test_the_figures_are_of_the_data_alone() -> None:
    found = compare(regularizers=["none", "l1:1", "dropout:0.5", "label_smoothing:0.3", "batch_norm"])
    for trial in found:
        net = trial.network
        probabilities = net.predict(X)[np.arange(len(y)), y]
        assert trial.result["loss"] == pytest.approx(-np.log(probabilities).mean(), rel=1e-12)
        assert trial.result["accuracy"] == (net.classify(X) == y).mean()
        assert trial.validation_result["accuracy"] == (net.classify(HELD[0]) == HELD[1]).mean()
    assert found["l1:1"].network.loss(X, y) > found["l1:1"].result["loss"]
    for row, trial in zip(found.rows(), found, strict=True):
        assert row["gap"] == trial.validation_result["loss"] - trial.result["loss"]


def test_restored_weights_are_those_that_are_measured() -> None:
    found = compare(regularizers=["none", "early_stopping:2"], epochs=60, learning_rate=0.05)
    stopped = found["early_stopping:2"]
    history = stopped.history
    assert history.restored == int(np.argmin(history.validation_loss)) + 1 < history.epochs < 60
    assert stopped.validation_result["loss"] == min(history.validation_loss)
    assert stopped.result["loss"] == stopped.training["loss"][history.restored]
    assert [row["epochs"] for row in found.rows()] == [60, history.epochs]
    assert "epochs" in str(found)
    assert f"early_stopping:2: {history.stopped}.".split() == [
        word for note in found.notes() if note.startswith("early") for word in note.split()
    ]


def test_losses_are_compared_by_what_they_share() -> None:
    names = ["cross_entropy", "hinge", "mean_squared_error", "focal", "kl_divergence", "binary_cross_entropy"]
    found = compare(losses=names)
    assert found.measures == ("accuracy",)
    for trial in found:
        assert trial.result == {"accuracy": (trial.network.classify(X) == y).mean()}
    outputs = [trial.network.layers[-1].name() for trial in found]
    assert outputs == ["softmax", "identity", "softmax", "softmax", "softmax", "softmax"]
    assert [row[1] for row in cells(found)] == outputs
    assert "Values of different losses can't be compared; accuracy can." in str(found)


def test_losses_of_one_output() -> None:
    found = cr.compare([2, 8, 1], X, y, losses=["cross_entropy", "hinge", "half_squared_error"], **HOW)
    assert [trial.network.layers[-1].name() for trial in found] == ["sigmoid", "identity", "sigmoid"]
    hinge = found["hinge"]
    assert hinge.result["accuracy"] == ((hinge.network.predict(X)[:, 0] > 0) == y).mean()


def test_losses_of_numbers_are_compared_by_errors() -> None:
    losses = [name for name, part in Loss.known().items() if not part.compares_classes and part.group == 1]
    losses.remove("poisson")
    found = cr.compare([2, 8, 1], X, NUMBERS, losses=[*losses, "quantile:0.9"], **HOW)
    assert found.measures == ("squared error", "absolute error")
    assert_whole(found)
    for trial in found:
        errors = trial.network.predict(X)[:, 0] - NUMBERS
        assert trial.result["squared error"] == pytest.approx(np.square(errors).mean(), rel=1e-12)
        assert trial.result["absolute error"] == pytest.approx(np.abs(errors).mean(), rel=1e-12)
    rates = {"poisson": cr.Poisson(log_input=False), "squares": "mean_squared_error"}
    assert_whole(cr.compare([2, 8, 1], X, np.square(NUMBERS), losses=rates, output="softplus", **HOW))


def test_targets_may_be_rows_of_classes() -> None:
    found = cr.compare(SIZES, X, np.eye(2)[y], losses=["cross_entropy", "mean_squared_error"], **HOW)
    same = cr.compare(SIZES, X, y, losses=["cross_entropy", "mean_squared_error"], **HOW)
    assert [trial.result for trial in found] == [trial.result for trial in same]


def test_the_goal_is_what_half_of_them_reach() -> None:
    found = compare(optimizers=["sgd:0", "sgd:0.2", "adam:0.05"], epochs=10)
    goal = found.goal()
    assert goal is not None
    best = sorted(min(trial.training["loss"]) for trial in found)
    assert best[1] <= goal <= best[1] * 1.01
    reached = [row["epochs to goal"] for row in found.rows()]
    assert reached[0] is None
    for trial, epoch in zip(found, reached, strict=True):
        if epoch is not None:
            assert trial.training["loss"][epoch] <= goal < min(trial.training["loss"][:epoch])
    assert f"epochs to {goal:g}: that loss in training, which at least half of them reach." in found.notes()
    assert [row[-2] for row in cells(found)] == ["-", *map(str, reached[1:])]


def test_the_goal_of_an_accuracy_goes_up() -> None:
    found = compare(losses=["cross_entropy", "mean_squared_error"], epochs=10, learning_rate=0.02)
    goal = found.goal()
    assert goal is not None
    for trial, row in zip(found, found.rows(), strict=True):
        epoch, values = row["epochs to goal"], trial.training["accuracy"]
        assert values[epoch] >= goal
        assert all(value < goal for value in values[:epoch])


# --- the table ------------------------------------------------------------------------------------------


def assert_whole(found: Comparison) -> None:
    """The table has a row for each choice, and no cell is empty."""
    rows = cells(found)
    assert [row[0] for row in rows] == [name.split()[0] for name in found.trials]
    assert len({len(row) for row in rows}) == 1
    assert "nan" not in str(found)


def test_the_whole_table() -> None:
    found = compare(optimizers=["sgd", "adam:0.02"])
    sgd, adam = found
    goal = found.goal()
    seconds = [f"{sum(trial.history.seconds):.2f}" for trial in found]
    reached = [row["epochs to goal"] for row in found.rows()]

    def figures(trial: Any) -> str:
        a, b = trial.result, trial.validation_result
        return (
            f"{a['loss']:.4f}  {a['accuracy']:8.2%}      {b['loss']:.4f}  {b['accuracy']:8.2%}  "
            f"{b['loss'] - a['loss']:+.4f}"
        )

    lines = str(found).splitlines()
    assert lines[:3] == [
        "2 → 8 relu → 6 relu → 2 softmax   cross-entropy",
        "same start, same batches (seed 0)   4 epochs of 120 samples, 16 at a time",
        "",
    ]
    assert lines[3].split() == ["training", "validation", "epochs"]
    assert lines[4].split() == [
        *["optimizer", "rate", "loss", "accuracy", "loss", "accuracy", "gap", "to", f"{goal:g}", "seconds"]
    ]
    for line, trial, rate, epochs, taken in zip(
        lines[5:7], found, ("0.01", "0.02"), reached, seconds, strict=True
    ):
        shown = [trial.name, rate, *figures(trial).split(), "-" if epochs is None else str(epochs), taken]
        assert line.split() == shown
    assert lines[7:] == [
        "",
        "rate: the learning rate.",
        "loss and accuracy: after the training, over all samples, as for predictions.",
        "gap: loss in validation - loss in training.",
        f"epochs to {goal:g}: that loss in training, which at least half of them reach.",
    ]
    assert (sgd.name, adam.name) == ("sgd", "adam:0.02")
    assert repr(found) == str(found)


def test_without_validation_there_is_no_gap() -> None:
    found = compare(activations=["relu", "tanh"], validation_data=None)
    assert not found.validated
    assert "gap" not in str(found)
    assert set(found.rows()[0]) == {
        "activation", "loss", "accuracy", "epochs to goal", "epochs", "seconds", "diverged",
    }  # fmt: skip
    assert str(found).startswith("2 → 8 → 6 → 2 softmax   cross-entropy   Adam(0.001)\n")
    assert_whole(found)


def test_headings_do_not_run_into_each_other() -> None:
    found = compare(losses=["cross_entropy", "focal"])
    heading = next(line for line in str(found).splitlines() if "training" in line)
    assert heading.split() == ["training", "validation", "epochs"]


def test_numbers_have_the_digits_that_suit_their_kind() -> None:
    found = compare(optimizers=["sgd", "adam", "lion"])
    for trial, loss, held in zip(found, (0.5, 1e-7, 2e8), (0.5, 0.0, 0.123456), strict=True):
        trial.result["loss"], trial.validation_result["loss"] = loss, held
    shown = [(row[2], row[4], row[6]) for row in cells(found)]
    assert shown == [
        ("0.5000", "0.5000", "+0.0000"),
        ("1.0e-07", "0.0000", "+0.0000"),
        ("2.0e+08", "0.1235", "-2.0e+08"),
    ]


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_training_that_diverges_is_told_in_its_row(engine: str) -> None:
    found = compare(optimizers=["sgd", "sgd:1e200", "adam"], engine=engine)
    trial = found["sgd:1e200"]
    assert trial.diverged.startswith("epoch 1, batch ")
    assert trial.result == trial.validation_result == {}
    assert len(trial.training["loss"]) == 1 + trial.history.epochs
    assert [bool(each.diverged) for each in found] == [False, True, False]
    row = cells(found)[1]
    assert row[:2] == ["sgd:1e200", "1e+200"]
    assert row[2] == "diverged"
    assert row[3:-1] == ["-"] * 5
    where = trial.diverged.partition(":")[0]
    assert f"sgd:1e200: diverged in {where}. A smaller learning rate usually helps." in found.notes()
    assert found.goal() is not None
    assert found.rows()[1]["gap"] is None
    assert_whole(found)
    assert_whole(compare(optimizers=["sgd:1e200"]))


def test_ctrl_c_shows_what_there_is() -> None:
    def interrupt(run: Any) -> None:
        if run.epoch == 2:
            os.kill(os.getpid(), signal.SIGINT)

    found = compare(optimizers=["sgd", "adam", "lion"], callbacks=[interrupt])
    assert list(found.trials) == ["sgd"]
    assert found.left == ("adam", "lion")
    assert found.notes()[-2].startswith("sgd: stopped by Ctrl-C ")
    assert found.notes()[-1] == "Not trained: adam and lion."


# --- the picture ----------------------------------------------------------------------------------------


def shown(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_the_picture_has_a_named_line_for_each_choice() -> None:
    found = compare(optimizers=["sgd", "sgd:1e200", "adam:0.05"], epochs=30)
    ax = found.plot()
    thick = {line.get_label(): line for line in ax.lines if line.get_lw() == 2 and line.get_marker() != "x"}
    assert list(thick) == ["sgd", "sgd:1e200 (diverged)", "adam:0.05"]
    for line, trial in zip(thick.values(), found, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), trial.training["loss"])
        assert line.get_xdata()[0] == 0
    thin = [line for line in ax.lines if line.get_lw() == 0.8]
    assert [list(line.get_ydata()) for line in thin] == [trial.validation["loss"] for trial in found]
    assert shown(ax) == ["sgd", "adam:0.05", "sgd:1e200 (diverged)", "validation (thin)"]  # as they end
    looks = {(line.get_linestyle(), line.get_marker(), tuple(line.get_color())) for line in thick.values()}
    assert [len(set(each)) for each in zip(*looks, strict=True)] == [3, 3, 3]
    assert [line.get_marker() for line in ax.lines].count("x") == 1
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("epoch", "loss", "linear")
    assert ax.get_legend().get_title().get_text() == "optimizer"


def test_losses_far_apart_have_a_logarithmic_axis() -> None:
    found = compare(optimizers=["sgd", "adam:0.05"], epochs=200, validation_data=None)
    for trial in found:
        trial.training["loss"] = list(np.geomspace(1, 1e-3, 9))
    ax = found.plot()
    assert ax.get_yscale() == "log"
    ax.figure.canvas.draw()
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert {"0.001", "0.01", "0.1", "1"} <= set(labels)


def test_the_picture_of_losses_shows_the_measure_they_share() -> None:
    axes = plt.figure().add_subplot()
    ax = cr.plot.comparison(compare(losses=["cross_entropy", "hinge"], validation_data=None), ax=axes)
    assert ax is axes
    assert ax.get_ylabel() == "accuracy"
    assert set(shown(ax)) == {"cross_entropy", "hinge"}


def test_only_a_comparison_is_drawn() -> None:
    with pytest.raises(KindError) as raised:
        cr.plot.comparison("adam")  # type: ignore[arg-type]
    assert str(raised.value) == "the comparison is 'adam': give what chainrule.compare(…) returned."


# --- bad input ------------------------------------------------------------------------------------------

ONE_OF = "give one of optimizers, activations, losses, initializers, regularizers."
REGULARIZERS = [
    "none", *regularizers(), "early_stopping", "reduce_on_plateau", "label_smoothing", "weight_decay",
]  # fmt: skip


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({}, f"nothing is varied: {ONE_OF}"),
        (
            {"optimizers": ["sgd"], "losses": ["hinge"]},
            f"optimizers and losses are varied together: {ONE_OF}",
        ),
        ({"optimizers": []}, "optimizers is empty: there is nothing to compare."),
        (
            {"optimizers": "adam"},
            "optimizers = 'adam' is no list: write optimizers=[…], with names or parts.",
        ),
        (
            {"optimizers": ["sgd", "sgd"]},
            "the optimizers have sgd twice: leave one out, or give a dict with a name for each.",
        ),
        (
            {"optimizers": ["sgd:fast"]},
            "'sgd:fast': 'fast' is no number; write sgd, or with a number, such as sgd:0.1.",
        ),
        (
            {"optimizers": ["sgd:-1"]},
            "'sgd:-1': learning_rate -1.0 is out of range: it must be at least 0.",
        ),
        (
            {"optimizers": [cr.SGD]},
            "<class 'chainrule.parts.optimizers.optimizers.SGD'>: SGD is a class: write SGD(), with brackets.",
        ),
        ({"activations": ["relu:2"]}, "'relu:2': relu takes no number; write relu alone."),
        ({"optimizers": ["adm"]}, str(UnknownName("optimizer", "adm", Optimizer.known()))),
        ({"optimizers": ["adm:1"]}, str(UnknownName("optimizer", "adm", Optimizer.known()))),
        ({"activations": ["rulu"]}, str(UnknownName("activation", "rulu", Activation.known()))),
        ({"losses": ["hings"]}, str(UnknownName("loss", "hings", Loss.known()))),
        ({"initializers": ["hee"]}, str(UnknownName("initializer", "hee", Initializer.known()))),
        ({"regularizers": ["l3"]}, str(UnknownName("regularizer", "l3", REGULARIZERS))),
        ({"regularizers": ["none:1"]}, "'none:1': none takes no number; write none alone."),
        (
            {"regularizers": ["dropout:1"]},
            "'dropout:1': rate 1.0 is out of range: it must be at least 0 and below 1.",
        ),
        (
            {"regularizers": ["early_stopping:1.5"]},
            "'early_stopping:1.5': patience 1.5 is no whole number: give one that is at least 1.",
        ),
        (
            {"regularizers": ["label_smoothing"]},
            "label_smoothing is 0 for cross_entropy unless a number is given: write one, such as label_smoothing:0.1.",
        ),
        (
            {"regularizers": ["label_smoothing:2"]},
            "'label_smoothing:2': label_smoothing 2.0 is out of range: it must be at least 0 and below 1.",
        ),
        (
            {"regularizers": ["label_smoothing:0.1"], "loss": "hinge", "output": "identity"},
            "label_smoothing is a setting of binary_cross_entropy, cross_entropy, and the loss here is hinge: take one "
            "of those, or leave label_smoothing out.",
        ),
        (
            {"regularizers": ["weight_decay"], "optimizer": "sgd"},
            "weight_decay is a setting of adamw, lion, and the optimizer here is sgd: take one of those, or leave "
            "weight_decay out.",
        ),
        (
            {"regularizers": [3]},
            "3 is no regularizer: give its name, such as 'l1', or a part.",
        ),
        (
            {"regularizers": ["l2"], "validation_data": None},
            "regularizers are compared by the gap between training and validation: give validation_data=(X, y).",
        ),
        (
            {"losses": ["triplet"]},
            "triplet: this loss does not compare outputs with targets, so it has no measure in common with others: "
            "leave it out.",
        ),
        (
            {"losses": ["hinge"], "loss": "focal"},
            "losses are varied, and loss is given too: leave loss out.",
        ),
        (
            {"optimizers": ["sgd"], "optimizer": "adam"},
            "optimizers are varied, and optimizer is given too: leave optimizer out.",
        ),
        ({"optimizers": ["sgd"], "epochs": 0}, "epochs = 0 is out of range: it must be at least 1."),
        (
            {"regularizers": ["none", "batch_norm"], "batch_size": 7},
            "batch_norm: the last batch has 1 sample, and batch norm needs at least 2 in a training step: take another "
            "batch_size, or another number of samples.",
        ),
        (
            {"optimizers": ["sgd"], "validation_data": 3},
            "validation_data is no pair: give (X, y).",
        ),
        (
            {"optimizers": ["sgd"], "dtype": "float16"},
            str(UnknownName("dtype", "float16", ["float32", "float64"])),
        ),
        (
            {"activations": ["tanh"], "validation_data": (X[:, :1], y)},
            "validation_data: X has the shape (120, 1): it must be (samples, 2), one column for each input of the "
            "network.",
        ),
        (
            {"optimizers": ["sgd"], "callbacks": print},
            f"callbacks = {print!r} is no list: write callbacks=[…].",
        ),
    ],
)
def test_bad_choices_are_told_in_a_sentence(how: dict[str, Any], message: str) -> None:
    with pytest.raises(cr.ChainruleError) as raised:
        compare(**how)
    assert str(raised.value) == message


def test_an_argument_that_is_not_there_is_named() -> None:
    with pytest.raises(
        UnknownName, match=r"^there is no argument 'optimiser'\. Did you mean 'optimizers?'\?"
    ):
        compare(losses=["hinge"], optimiser="adam")


def test_losses_for_classes_are_refused_for_numbers() -> None:
    for name in ("cross_entropy", "hinge"):
        with pytest.raises(InputError) as raised:
            cr.compare([2, 4, 1], X, NUMBERS, losses=["huber", name], **HOW)
        assert str(raised.value) == (
            f"{name}: this loss is for classes, and the targets are numbers: take mean_squared_error, "
            "half_squared_error, mean_absolute_error, huber, log_cosh, quantile or poisson."
        )
    with pytest.raises(InputError) as raised:
        cr.compare([2, 4, 1], X, NUMBERS**2, losses=["poisson"], **HOW)
    assert str(raised.value) == (
        "poisson: this loss is not least where outputs are the targets, so with Identity() as the output its errors "
        "can't be compared: leave it out, or take other settings of it."
    )


def test_nothing_is_trained_before_all_is_checked() -> None:
    with pytest.raises(InputError):
        compare(
            regularizers=["none", "batch_norm"], batch_size=7, callbacks=[lambda run: pytest.fail("trained")]
        )


def test_activations_need_sizes_and_hidden_layers_a_place() -> None:
    layers = [cr.Dense(2, 2), cr.Softmax()]
    with pytest.raises(InputError) as raised:
        cr.compare(layers, X, y, activations=["relu"], **HOW)
    assert str(raised.value) == "activations are varied: give the network as sizes, such as [2, 8, 2]."
    with pytest.raises(InputError) as raised:
        cr.compare(layers, X, y, regularizers=["dropout"], validation_data=HELD, **HOW)
    assert str(raised.value) == (
        "dropout: Dropout(0.5) stands at hidden activations, and the network has none: give it hidden layers."
    )


def test_an_unknown_choice_is_named() -> None:
    with pytest.raises(UnknownName) as raised:
        compare(optimizers=["sgd"])["adam"]
    assert str(raised.value) == str(UnknownName("optimizer", "adam", ["sgd"]))


def test_there_is_no_goal_that_holds_before_the_first_step() -> None:
    X, y = cr.data.moons(100, seed=0)
    found = cr.compare([2, 8, 2], X, y, optimizers=[cr.SGD(1e6), cr.SGD(0)], epochs=3)
    assert found.goal() is None
    assert "epochs to" not in str(found)
