"""chainrule train that goes on: from checkpoints of its own, or from the weights of a saved model."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.training import fit as fitting
from chainrule.training.checkpoints import keeper

RUN = [
    "train",
    "iris.csv",
    "--hidden",
    "6",
    "--dropout",
    "0.1",
    "--schedule",
    "cosine",
    "--quiet",
    "--seed",
    "2",
]


def bits(path: str) -> bytes:
    return cr.load(path).parameters.flat.tobytes()


def test_a_training_that_was_broken_off_goes_on_to_the_same_model(chainrule, monkeypatch):
    how = [*RUN, "--epochs", "8", "--patience", "6", "--log", "log.csv"]
    assert chainrule(*how, "--out", "whole.safetensors").code == 0
    whole = Path("log.csv").read_text()
    began = chainrule(*how, "--checkpoint", "run", "--resume", "--out", "begun.safetensors")
    assert "run: nothing to go on with yet, so the training begins\n" in began.out
    assert bits("begun.safetensors") == bits("whole.safetensors")
    monkeypatch.setattr(fitting, "BLOCK_SECONDS", 1e-9)
    write, count = keeper.Keeper.look, [0]

    def look(self, training):
        count[0] += 1
        if count[0] == 10:
            signal.raise_signal(signal.SIGINT)
        write(self, training)

    with monkeypatch.context() as pressed:
        pressed.setattr(keeper.Keeper, "look", look)
        broken = chainrule(*how, "--checkpoint", "other", "--out", "model.safetensors")
    assert broken.code == 130
    assert broken.out.endswith("go on with it: the same command with --resume\n")
    again = chainrule(*how, "--checkpoint", "other", "--resume", "--out", "model.safetensors")
    assert again.code == 0
    assert "other: the training goes on after step 11, in epoch 4 of 8\n" in again.out
    assert bits("model.safetensors") == bits("whole.safetensors")

    def without_seconds(text: str) -> list[str]:
        return [line.rpartition(",")[0] for line in text.splitlines()]

    assert without_seconds(Path("log.csv").read_text()) == without_seconds(whole)
    done = chainrule(*how, "--checkpoint", "other", "--resume", "--out", "done.safetensors")
    assert "other: nothing is left to do after epoch 8 of 8\n" in done.out
    assert bits("done.safetensors") == bits("whole.safetensors")


def test_a_training_that_was_stopped_has_ended(chainrule):
    how = [
        "train",
        "iris.csv",
        "--patience",
        "1",
        "--lr",
        "1",
        "--epochs",
        "50",
        "--quiet",
        "--checkpoint",
        "run",
    ]
    first = chainrule(*how)
    assert "validation loss did not improve for an epoch" in first.out
    again = chainrule(*how, "--resume")
    line = next(line for line in again.out.splitlines() if line.startswith("run: "))
    assert line.startswith("run: nothing is left to do, it ended after epoch ")
    assert line.endswith(": validation loss did not improve for an epoch")


def test_the_same_weights_as_in_python_go_on(chainrule):
    assert chainrule("train", "moons", "--epochs", "5", "--quiet", "--out", "first.safetensors").code == 0
    begins = ["train", "moons", "--from", "first.safetensors", "--epochs", "3", "--quiet"]
    result = chainrule(*begins, "--out", "second.safetensors")
    assert result.code == 0
    X, y = cr.data.moons(400, seed=0)
    from chainrule.data import splitting

    kept, held = splitting.rows(400, 0.2, 0, classes=y)
    net = cr.load("first.safetensors")
    net.fit(X[kept], y[kept], epochs=3, batch_size=32, validation_data=(X[held], y[held]))
    assert net.parameters.flat.tobytes() == bits("second.safetensors")
    assert 'from = "first.safetensors"' in Path("second.toml").read_text()
    written = bits("second.safetensors")
    assert chainrule("train", "--config", "second.toml").code == 0
    assert bits("second.safetensors") == written


def test_a_model_of_a_table_keeps_its_scaling_its_names_and_its_classes(chainrule):
    begins = ["train", "iris.csv", *FROM, "--epochs", "2", "--quiet"]
    result = chainrule(*begins, "--freeze", "W1", "--out", "more.safetensors")
    assert result.code == 0, result.err
    before, after = cr.load("model.safetensors"), cr.load("more.safetensors")
    assert (after.features, after.classes, after.metadata) == (
        before.features,
        before.classes,
        before.metadata,
    )
    for name, array in before.constants.items():
        np.testing.assert_array_equal(after.constants[name], array)
    assert (after.parameters["W1"] == before.parameters["W1"]).all()
    assert (after.parameters["W2"] != before.parameters["W2"]).any()


def test_a_repeated_training_begins_anew(chainrule):
    assert (
        chainrule(*RUN, "--epochs", "2", "--checkpoint", "run", "--resume", "--out", "m.safetensors").code
        == 0
    )
    written = Path("m.toml").read_text()
    assert "checkpoint" not in written
    assert "resume" not in written


FROM = ["--from", "model.safetensors"]
LBFGS = (
    "LBFGS begins anew at each fit, without the steps of an earlier one, so there is no place to go on from: leave "
    "checkpoint out, or take another optimizer."
)


def fresh(option: str, value: str = "") -> str:
    said = f"{option} {value}".strip()
    return f"{said} belongs to a fresh network, and model.safetensors has its own: leave {option} out."


def several(said: str) -> str:
    return f"{said} is for one training, and --seeds 2 makes several: leave one out."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--resume"], "--resume goes on from a checkpoint: give --checkpoint FOLDER too."),
        (["--checkpoint", "iris.csv"], "iris.csv is a file, and checkpoints need a folder: give another name."),
        (["--checkpoint", "run", "--seeds", "2"], several("--checkpoint run")),
        ([*FROM, "--seeds", "2"], several("--from model.safetensors")),
        (["--from", "none.safetensors"], "none.safetensors can't be read: No such file or directory."),
        ([*FROM, "--hidden", "9"], fresh("--hidden", "9")),
        ([*FROM, "--no-standardize"], fresh("--no-standardize")),
        ([*FROM, "--batch-norm"], fresh("--batch-norm")),
        ([*FROM, "--l2", "0"], fresh("--l2", "0.0")),
        ([*FROM, "--ignore", "sepal_width"], fresh("--ignore", "sepal_width")),
        ([*FROM, "--dtype", "float64"], fresh("--dtype", "float64")),
        ([*FROM, "--target", "sepal_width"], fresh("--target", "sepal_width")),
        (["--checkpoint", "run", "--optimizer", "lbfgs"], LBFGS),
    ],
)  # fmt: skip
def test_what_contradicts_is_one_line(chainrule, arguments, message):
    result = chainrule("train", "iris.csv", "--epochs", "1", "--quiet", *arguments)
    assert (result.code, result.err) == (2, f"chainrule: {message}\n")


def test_another_training_in_the_folder_is_one_line(chainrule):
    assert chainrule(*RUN, "--epochs", "2", "--checkpoint", "run").code == 0
    there = sorted(path.name for path in Path("run").iterdir())
    assert chainrule(*RUN, "--epochs", "2", "--checkpoint", "run").err == (
        "chainrule: run holds the checkpoint of a training, after epoch 2 of 2: give --resume to go on with it, or "
        "another folder.\n"
    )
    said = chainrule(*RUN, "--epochs", "2", "--checkpoint", "run", "--resume", "--batch-size", "16").err
    assert said == (
        "chainrule: run holds the checkpoint of another training. samples a step: 32 then, 16 now. Give what it was "
        "trained with, or another folder.\n"
    )
    assert sorted(path.name for path in Path("run").iterdir()) == there


def test_samples_that_the_model_may_know_are_told(chainrule):
    again = " ".join(
        chainrule("train", "iris.csv", *FROM, "--epochs", "1", "--quiet", "--seed", "1").out.split()
    )
    assert (
        "Unless the same samples were held out when model.safetensors was trained (the same data, --seed and parts), "
        "it may know these, and then they make it look better than it is." in again
    )
    fresh = chainrule("train", "iris.csv", "--epochs", "1", "--quiet")
    assert "may know these" not in fresh.out
