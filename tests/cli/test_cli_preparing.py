"""Samples that are held out, and networks for a data set."""

from __future__ import annotations

import numpy as np

from chainrule.cli.preparing import split
from chainrule.data import DataSet


def test_the_kind_of_target_can_be_said(chainrule):
    words = ["train", "diabetes.csv", "--target", "sex", "--epochs", "1", "--standardize"]
    assert "2 classes of sex\n" in chainrule(*words).out
    words += ["--kind", "regression", "--loss", "mean_squared_error", "--out", "sex.safetensors"]
    assert "regression of sex\n" in chainrule(*words).out
    result = chainrule("explain", "sex.safetensors", "L", "--data", "diabetes.csv", "--sample", "0")
    assert (result.code, result.err) == (0, "sample 0 of diabetes.csv: sex 2\n")


def test_nothing_held_out(chainrule):
    result = chainrule("train", "moons", "--validation", "0", "--epochs", "1")
    assert result.out.startswith("moons: 400 samples, 2 features, 2 classes\n")
    assert "1 epoch of 400 samples in " in result.out
    assert "validation" not in result.out


def test_test_samples_are_for_validation_unless_a_part_is_asked_for(chainrule):
    said = "64 features, 10 classes of digit\n"
    words = ["train", "digits", "--epochs", "1"]
    assert chainrule(*words).out.startswith(f"digits: 1,437 samples, 360 for validation, {said}")
    result = chainrule(*words, "--validation", "0.1")
    assert result.out.startswith(f"digits: 1,293 samples, 144 for validation, {said}")


def test_a_random_part_is_held_out_by_the_seed():
    X = np.arange(10.0)[:, None]
    y = np.arange(10)
    (kept, _), held = split(DataSet((X, y), None, ("x",), None, "y"), 0.3, 1)
    assert held is not None
    assert held[0][:, 0].tolist() == np.random.default_rng(1).permutation(10)[:3].tolist()
    assert held[0][:, 0].tolist() == held[1].tolist()
    assert sorted([*kept[:, 0], *held[0][:, 0]]) == list(range(10))
