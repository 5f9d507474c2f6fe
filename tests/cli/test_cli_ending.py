"""How a training from the command line ends: its report, the threshold, and what it leaves of a file that is there."""

from __future__ import annotations

import os
import re
import signal

import numpy as np
import pytest
from sklearn.metrics import f1_score
from table_files import write_table

import chainrule as cr
from chainrule.cli.ending import Place
from chainrule.data import read_csv


@pytest.fixture
def rare(folder):
    """A thousand samples, of which 50 are "yes", on one side more often than on the other."""
    rng = np.random.default_rng(6)
    yes = np.arange(1000) % 20 == 0
    u = (rng.standard_normal(1000) + 1.5 * yes).round(3)
    rows = zip(u, rng.standard_normal(1000).round(3), np.where(yes, "yes", "no"), strict=True)
    write_table(folder / "rare.csv", ["u", "v", "fraud"], rows)
    return folder


def test_recall_stands_beside_an_accuracy_that_says_nothing(chainrule, rare):
    result = chainrule("train", "rare.csv", "--epochs", "20", "--out", "r.safetensors", "--quiet")
    _, held = cr.data.split(*read_csv("rare.csv").train, 0.2)
    net = cr.load("r.safetensors")
    found = int(((net.classify(held[0]) == 1) & (held[1] == 1)).sum())
    assert re.search(rf"^  yes +{found} of 10 +{found / 10:.2%} ", result.out, re.M)
    assert re.search(r"^  accuracy +9\d\.\d\d% +95\.00%$", result.out, re.M)
    assert "\n  baseline: always 'no'\n" in result.out


def test_the_best_threshold_is_found_on_the_validation_and_told_on_the_test(chainrule, rare):
    words = ["train", "rare.csv", "--epochs", "20", "--lr", "0.01", "--threshold", "best", "--quiet"]
    result = chainrule(*words, "--out", "r.safetensors")
    assert result.out.startswith("rare.csv: 600 samples, 200 for validation, 200 for the test, ")
    net = cr.load("r.safetensors")
    X, y = read_csv("rare.csv").train
    (X, y), test = cr.data.split(X, y, 0.2)
    _, validation = cr.data.split(X, y, 0.25)
    assert str(net.evaluate(*test)) in result.out
    best = net.evaluate(*validation).metrics["f1"]
    assert best == f1_score(validation[1], net.classify(validation[0]))
    assert best > 0
    for threshold in np.linspace(0.01, 0.99, 99):
        net.threshold = threshold
        assert f1_score(validation[1], net.classify(validation[0])) <= best + 1e-12
    said = cr.load("r.safetensors").threshold
    assert f"\n  threshold: yes is said above {said:.6g}\n" in chainrule("info", "r.safetensors").out
    assert chainrule(*words, "--test", "0").out.splitlines()[-1] != ""


def test_what_has_chosen_tells_that_it_flatters(chainrule, rare):
    words = ["train", "rare.csv", "--epochs", "2", "--test", "0", "--quiet"]
    told = "These samples have chosen {}, so they make the network look better than it is: take --test.\n"
    assert told.format("the best epoch") in chainrule(*words, "--patience", "2").out
    assert told.format("the threshold") in chainrule(*words, "--threshold", "best").out
    assert "These samples" not in chainrule(*words).out


def test_a_threshold_that_is_given(chainrule, rare):
    chainrule("train", "rare.csv", "--epochs", "2", "--threshold", "0.1", "--out", "r.safetensors")
    assert cr.load("r.safetensors").threshold == 0.1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["iris.csv", "--threshold", "0.3"],
            "--threshold 0.3: a threshold parts yes from no, of one output or of two classes, and this network gives 3 "
            "outputs: leave it out.",
        ),
        (
            ["diabetes.csv", "--threshold", "best"],
            "--threshold best: a threshold parts yes from no, of one output or of two classes, and this network gives "
            "numbers: leave it out.",
        ),
        (["moons", "--threshold", "high"], "--threshold 'high': it is a number, such as 0.3."),
        (
            ["moons", "--threshold", "best", "--validation", "0"],
            "--threshold best is found on the validation, and no samples are held out: give --validation.",
        ),
    ],
)
def test_thresholds_that_can_not_be(refused, words, message):
    assert refused("train", *words) == message


def test_the_best_threshold_needs_both_classes(refused, folder):
    (folder / "lone.csv").write_text("u,kind\n" + "".join(f"{i % 9},{'ab'[i == 7]}\n" for i in range(20)))
    assert refused("train", "lone.csv", "--threshold", "best") == (
        "--threshold best needs samples of both classes for validation, and there is none of 'b': give a larger "
        "--validation."
    )


# --- what is left of a file that is there -------------------------------------------------------------------


def test_a_training_that_diverges_leaves_the_file(chainrule, folder):
    assert (
        chainrule("train", "diabetes.csv", "--standardize", "--epochs", "2", "--out", "d.safetensors").code
        == 0
    )
    before = (folder / "d.safetensors").read_bytes()
    words = ["--standardize", "--optimizer", "sgd", "--lr", "10", "--out", "d.safetensors"]
    result = chainrule("train", "diabetes.csv", *words)
    assert result.code == 2
    assert result.err.endswith(" Like that they were saved to d.diverged.safetensors.\n")
    assert (folder / "d.safetensors").read_bytes() == before
    assert cr.load("d.diverged.safetensors").outputs == 1


def test_ctrl_c_saves_beside_a_file_that_is_there(chainrule, folder, monkeypatch):
    fit = cr.Network.fit

    def press(run):
        if run.epoch == 2:
            os.kill(os.getpid(), signal.SIGINT)

    def interrupted(network, *samples, callbacks, **settings):
        return fit(network, *samples, callbacks=[*callbacks, press], **settings)

    monkeypatch.setattr(cr.Network, "fit", interrupted)
    words = ["train", "iris.csv", "--epochs", "9", "--out", "m.safetensors"]
    result = chainrule(*words)
    assert (result.code, result.err) == (130, "")
    assert "\nstopped by Ctrl-C " in result.out
    assert "\nsaved to m.safetensors\n" in result.out
    before = (folder / "m.safetensors").read_bytes()
    result = chainrule(*words, "--seed", "1")
    assert (result.code, result.err) == (130, "")
    assert result.out.endswith(
        "\nm.safetensors is as it was: this training did not come to its end\nsaved to m.interrupted.safetensors\n"
        "repeat it: chainrule train --config m.interrupted.toml\n"
        "see it: chainrule explain m.interrupted.safetensors --data iris.csv --sample 0\n"
    )
    assert (folder / "m.safetensors").read_bytes() == before
    assert cr.load(folder / "m.interrupted.safetensors").outputs == 3


def test_nothing_is_saved_without_a_place(tmp_path):
    net = cr.Network([2, 2])
    assert Place(None).save(net, False) is None
    assert Place(None).save_diverged(net) is None
    assert list(tmp_path.iterdir()) == []


def test_weights_that_give_no_numbers_replace_no_file(chainrule, folder, monkeypatch):
    """Weights that are finite, and too large for what is held out: told before anything is saved."""
    (folder / "m.safetensors").write_bytes(b"good")

    def ruined(network, *samples, **settings):
        history = fit(network, *samples, **settings)
        network.parameters.flat[...] = 1e30
        return history

    fit = cr.Network.fit
    monkeypatch.setattr(cr.Network, "fit", ruined)
    result = chainrule("train", "diabetes.csv", "--epochs", "1", "--out", "m.safetensors", "--quiet")
    assert result.code == 2
    assert re.fullmatch(
        r"chainrule: the output for row 0 is inf, and those of \d+ more rows are not finite: the network's weights are "
        r"too large for these inputs, as after a training that diverged\. Train it again, with scaled inputs "
        r"or a smaller learning rate\. The weights were saved to m\.diverged\.safetensors\.\n",
        result.err,
    )
    assert (folder / "m.safetensors").read_bytes() == b"good"
