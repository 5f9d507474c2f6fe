from __future__ import annotations

import re
import subprocess
import sys

import pytest

import chainrule as cr


def test_alone_it_is_the_worked_example(chainrule):
    result = chainrule("code")
    assert (result.code, result.err) == (0, "")
    script = cr.worked_example().code(optimizer=cr.SGD(0.01), epochs=1000, seed=0)
    assert result.out == script.rstrip("\n") + "\n"


def test_of_a_fresh_network_and_of_a_model(chainrule):
    options = ["--optimizer", "adam", "--lr", "0.01", "--epochs", "3", "--batch-size", "8", "--seed", "4"]
    how = {"optimizer": cr.Adam(0.01), "epochs": 3, "batch_size": 8, "seed": 4}
    fresh = cr.Network([4, 8, 3], hidden="tanh", seed=4)
    result = chainrule("code", "--layers", "4,8,3", "--activation", "tanh", *options)
    assert result.out.rstrip("\n") == fresh.code(**how).rstrip("\n")
    result = chainrule("code", "model.safetensors", *options)
    assert result.out.rstrip("\n") == cr.load("model.safetensors").code(**how).rstrip("\n")


def test_the_script_that_it_writes_runs(chainrule, folder):
    words = ["--layers", "4,8,3", "--optimizer", "adam", "--epochs", "20", "--batch-size", "20"]
    result = chainrule("code", *words, "--out", "network.py")
    assert (result.code, result.out, result.err) == (0, "", "written to network.py\n")
    done = subprocess.run(
        [sys.executable, "network.py"], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, last = map(float, re.findall(r"\d\.\d+", done.stdout))
    assert last < first


def run_script(folder) -> str:
    done = subprocess.run(
        [sys.executable, "network.py"], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_with_data_it_prints_the_losses_of_the_worked_example(chainrule, folder):
    assert chainrule("code", "--with-data", "--epochs", "2", "--out", "network.py").code == 0
    assert run_script(folder) == "loss 1.944402 in the first epoch, 1.863869 in the last\n"


def test_with_data_of_a_model_it_prints_the_losses_of_its_training(chainrule, folder):
    words = ["model.safetensors", "--with-data", "--data", "iris.csv", "--epochs", "3", "--batch-size", "16"]
    assert chainrule("code", *words, "--out", "network.py").code == 0
    net, data = cr.load("model.safetensors"), cr.data.load("iris.csv")
    losses = net.fit(
        *data.train, epochs=3, batch_size=16, optimizer="sgd", engine="numpy", progress=False
    ).loss
    assert run_script(folder) == f"loss {losses[0]:.6f} in the first epoch, {losses[-1]:.6f} in the last\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["model.safetensors", "--with-data"],
            "which samples is the script to hold? Add --data, such as --data moons.",
        ),
        (["--data", "moons"], "--data moons is what a script may hold: add --with-data."),
        (
            ["model.safetensors", "--layers", "2,3"],
            "there is a model, model.safetensors, and --layers 2,3: give one of them.",
        ),
        (["dW1"], "dW1 can't be read: No such file or directory."),
        (
            ["model.safetensors", "--loss", "mean_squared_error"],
            "--loss mean_squared_error belongs to a fresh network, and model.safetensors has its own: leave --loss "
            "out.",
        ),
    ],
)
def test_errors(refused, words, message):
    assert refused("code", *words) == message
