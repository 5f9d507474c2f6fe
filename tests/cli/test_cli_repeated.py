"""Trainings from several seeds: each as it would be alone, and their mean and spread."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.data import read_csv

WORDS = ("train", "iris.csv", "--hidden", "5", "--epochs", "4", "--quiet", "--dropout", "0.1")


def numbers(line):
    return [float(word) for word in re.findall(r"[\d.]+", line)]


def test_each_seed_is_a_training_of_its_own_on_the_same_samples(chainrule):
    result = chainrule(*WORDS, "--seeds", "3", "--ensemble", "nets")
    assert (result.code, result.err) == (0, "")
    (X, y), held = cr.data.split(*read_csv("iris.csv").train, 0.2)
    losses = []
    for seed in range(3):
        net = cr.Network(
            [
                cr.Standardize.fitted(X),
                cr.Dense(4, 5),
                cr.ReLU(),
                cr.Dropout(0.1),
                cr.Dense(5, 3),
                cr.Softmax(),
            ],
            dtype="float32",
            seed=seed,
        )
        history = net.fit(
            X,
            y,
            epochs=4,
            batch_size=32,
            seed=seed,
            validation_data=held,
            progress=False,
        )
        losses.append(history.validation_loss[-1])
        saved = cr.load(f"nets/{seed}.safetensors")
        np.testing.assert_array_equal(saved.parameters.flat, net.parameters.flat)
        assert saved.metadata["target"] == "species"
    lines = result.out.splitlines()
    assert lines[-1] == "saved in nets: 3 networks, asked together by: chainrule predict nets DATA"
    assert lines[-2] == "all: mean ± standard deviation of one training's figure"
    assert [numbers(line)[3] for line in lines[-6:-3]] == pytest.approx(losses, rel=1e-3)
    mean, deviation = numbers(lines[-3])[4:6]
    assert mean == pytest.approx(statistics.fmean(losses), rel=1e-3)
    assert deviation == pytest.approx(statistics.stdev(losses), rel=1e-3)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--seeds", "2", "--out", "m.safetensors"],
            "--out m.safetensors is for one training, and --seeds 2 makes several: leave one out; --ensemble FOLDER "
            "saves the networks.",
        ),
        (
            ["--seeds", "2", "--plots", "p"],
            "--plots p is for one training, and --seeds 2 makes several: leave one out.",
        ),
        (
            ["--seeds", "2", "--log", "l"],
            "--log l is for one training, and --seeds 2 makes several: leave one out.",
        ),
        (
            ["--ensemble", "nets"],
            "--ensemble nets saves the networks of several seeds: give --seeds too, such as 5.",
        ),
    ],
)
def test_what_belongs_to_one_training(refused, words, message):
    assert refused("train", "iris.csv", *words) == message


def test_a_comparison_of_several_seeds_has_their_means(chainrule):
    words = ["--data", "iris.csv", "--hidden", "5", "--epochs", "3", "--quiet", "--seed", "2"]
    result = chainrule("compare", "--optimizers", "sgd,adam:0.01", *words, "--seeds", "3")
    assert (result.code, result.err) == (0, "")
    (X, y), held = cr.data.split(*read_csv("iris.csv").train, 0.2, seed=2)
    shared = {
        "epochs": 3, "batch_size": 32, "dtype": "float32", "validation_data": held, "progress": False,
        "scaling": cr.Standardize.fitted(X),
    }  # fmt: skip
    found = [
        cr.compare([4, 5, 3], X, y, optimizers=["sgd", "adam:0.01"], seed=seed, **shared)
        for seed in (2, 3, 4)
    ]
    lines = result.out.splitlines()
    for name in ("sgd", "adam:0.01"):
        line = next(line for line in lines if line.startswith(f"{name} "))
        mean, deviation = numbers(line.removeprefix(name))[:2]
        losses = [each[name].result["loss"] for each in found]
        assert mean == pytest.approx(statistics.fmean(losses), rel=1e-3)
        assert deviation == pytest.approx(statistics.stdev(losses), rel=1e-3)
    assert "same start, same batches (seeds 2 to 4)   3 epochs of 120 samples, 32 at a time" in lines
    assert lines[-1] == "3 seeds: mean ± standard deviation of one seed's figure."


def test_those_that_diverged_are_told_and_not_counted(chainrule):
    words = ["--data", "iris.csv", "--hidden", "5", "--epochs", "2", "--quiet", "--seeds", "2"]
    result = chainrule("compare", "--optimizers", "sgd,sgd:1e200", *words)
    assert result.code == 0
    assert result.out.splitlines()[-1] == "sgd:1e200: 2 of 2 trainings diverged."
    line = next(line for line in result.out.splitlines() if line.startswith("sgd:1e200 "))
    assert line.split() == ["sgd:1e200", "-", "-", "-", "-"]


def test_a_folder_of_networks_predicts_their_mean(chainrule):
    assert chainrule(*WORDS, "--seeds", "3", "--ensemble", "nets").code == 0
    result = chainrule("predict", "nets", "new.csv")
    assert (result.code, result.err) == (0, "")
    data = cr.data.read_features("new.csv", cr.load("nets/0.safetensors").features)
    mean = np.mean([cr.load(f"nets/{i}.safetensors").predict(data) for i in range(3)], axis=0)
    head, *rows = [line.split(",") for line in result.out.splitlines()]
    shown = [head.index(f"p({name})") for name in cr.load("nets/0.safetensors").classes]
    np.testing.assert_allclose([[float(row[at]) for at in shown] for row in rows], mean, rtol=1e-5)


def test_a_folder_keeps_no_network_of_an_earlier_training(chainrule, refused):
    assert chainrule(*WORDS, "--seeds", "3", "--ensemble", "nets").code == 0
    assert refused(*WORDS, "--seeds", "2", "--ensemble", "nets") == (
        "nets holds 2.safetensors, which would be taken for one of these 2 networks. Give another folder, or take that "
        "file out of it."
    )


def test_a_folder_without_networks(refused):
    Path("empty").mkdir()
    assert refused("predict", "empty", "new.csv") == (
        "empty holds no network: there is no file in it whose name ends with .safetensors."
    )
