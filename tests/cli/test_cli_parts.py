"""Which samples a training from the command line trains with, watches and tests."""

from __future__ import annotations

import re

import numpy as np
import pytest
from table_files import write_table

import chainrule as cr
from chainrule.cli.parts import Parts, Splitting
from chainrule.data import DataSet


def table(codes, own_test=None):
    """Samples whose one feature is their number."""
    X, y = np.arange(float(len(codes)))[:, None], np.asarray(codes)
    test = None if own_test is None else (np.full((own_test, 1), -1.0), np.zeros(own_test, int))
    return DataSet((X, y), test, ("x",), tuple(map(str, range(y.max() + 1))), "kind")


def numbers(part):
    return None if part is None else sorted(part[0][:, 0].tolist())


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
    assert "baseline" not in result.out


@pytest.mark.parametrize(
    ("given", "own", "sizes"),
    [
        ({}, None, (80, 20, 0)),
        ({"validation": 0.3}, None, (70, 30, 0)),
        ({"test": 0.1}, None, (70, 20, 10)),
        ({"validation": 0, "test": 0.1}, None, (90, 0, 10)),
        ({"chooses": True}, None, (60, 20, 20)),
        ({"chooses": True, "test": 0}, None, (80, 20, 0)),
        ({"chooses": True, "validation": 0.1, "test": 0.3}, None, (60, 10, 30)),
        ({"last": 0.1}, None, (90, 10, 0)),
        ({"last": 0.1, "validation": 0.2}, None, (70, 20, 10)),
        ({"last": 0.1, "chooses": True}, None, (80, 10, 10)),
        ({}, 7, (100, 0, 7)),
        ({"validation": 0.2}, 7, (80, 20, 7)),
        ({"chooses": True}, 7, (80, 20, 7)),
    ],
)
def test_how_many_are_in_each_part(given, own, sizes):
    loaded = table([i % 2 for i in range(100)], own)
    parts = Splitting(**given).split(loaded, 3)
    found = [0 if part is None else len(part[0]) for part in (parts.train, parts.validation, parts.test)]
    assert tuple(found) == sizes
    own_samples = [*numbers(parts.train), *(numbers(parts.validation) or [])]
    if own is None:
        own_samples += numbers(parts.test) or []
    assert sorted(own_samples) == list(range(100))
    for part in (parts.train, parts.validation, None if own else parts.test):
        if part is not None:
            assert abs(part[1].mean() - 0.5) < 0.06  # each class by its share
            if "last" not in given:
                np.testing.assert_array_equal(part[0][:, 0] % 2, part[1])


def test_what_is_watched_and_what_tells_in_the_end():
    train, validation, test = ((np.full((n, 1), n), np.zeros(n)) for n in (3, 2, 1))
    assert Parts(train, validation, test).watched is validation
    assert Parts(train, validation, test).held_out is test
    assert Parts(train, None, test).watched is Parts(train, None, test).held_out is test
    assert Parts(train, validation).watched is Parts(train, validation).held_out is validation


def test_the_last_come_last():
    parts = Splitting(last=0.1, validation=0.2).split(table([i % 2 for i in range(20)]), 0)
    assert [numbers(part) for part in (parts.train, parts.validation, parts.test)] == [
        list(range(14)),
        list(range(14, 18)),
        [18, 19],
    ]


def test_groups_are_in_one_part_alone():
    groups = np.repeat(np.arange(20), 5)
    parts = Splitting(group="who", groups=groups, chooses=True).split(table([i % 2 for i in range(100)]), 0)
    of = [{int(x) // 5 for x in numbers(part)} for part in (parts.train, parts.validation, parts.test)]
    assert [len(each) for each in of] == [12, 4, 4]
    assert set.union(*of) == set(range(20))


def test_a_rare_class_is_in_all_parts_that_it_can_be_in(chainrule, folder):
    rng = np.random.default_rng(0)
    rows = [[*rng.standard_normal(2).round(3), "rare" if i < 3 else "common"] for i in range(2000)]
    write_table(folder / "rare.csv", ["u", "v", "kind"], rows)
    for seed in range(3):
        result = chainrule("train", "rare.csv", "--epochs", "1", "--seed", str(seed), "--quiet")
        assert re.search(r"^  rare +\d of 1 ", result.out, re.M)
        assert "no sample of" not in result.out
    result = chainrule("train", "rare.csv", "--epochs", "1", "--last", "0.1", "--quiet")
    assert result.out.splitlines()[:2] == [
        "rare.csv: 1,800 samples, 200 for validation, 2 features, 2 classes of kind",
        "  no sample of kind 'rare' for validation",
    ]
    assert "There is no sample of 'rare': nothing is known about it." in result.out
    (folder / "sorted.csv").write_text("u,kind\n" + "1,a\n" * 8 + "2,b\n" * 2)
    result = chainrule("train", "sorted.csv", "--epochs", "1", "--last", "0.2", "--quiet")
    assert result.out.splitlines()[1:3] == [
        "  no sample of kind 'b' to train with: it can't be learnt",
        "  no sample of kind 'a' for validation",
    ]


def test_test_samples_of_the_set_are_never_what_is_chosen_by(chainrule, folder):
    said = "64 features, 10 classes of digit\n"
    words = ["train", "digits", "--epochs", "1"]
    result = chainrule(*words)
    assert result.out.startswith(f"digits: 1,437 samples, 360 for the test, {said}")
    assert re.search(r"^  test         loss [\d.]+   accuracy [\d.]+%   \d+ of 360 right\n", result.out, re.M)
    result = chainrule(*words, "--validation", "0.1")
    assert result.out.startswith(f"digits: 1,293 samples, 144 for validation, 360 for the test, {said}")
    result = chainrule(*words, "--patience", "2", "--out", "d.safetensors")
    assert result.out.startswith(f"digits: 1,150 samples, 287 for validation, 360 for the test, {said}")
    assert re.search(r"^  validation   loss [\d.]+   accuracy [\d.]+%   \d+ of 287 right\n", result.out, re.M)
    assert str(cr.load("d.safetensors").evaluate(*cr.data.load("digits").test)) in result.out


def test_groups_of_a_table(chainrule, folder):
    """Ten measurements of each patient, who alone decides the kind; the column is text, and no feature."""
    rng = np.random.default_rng(1)
    rows = [[f"p{i // 10}", *rng.standard_normal(2).round(3), "ab"[(i // 10) % 2]] for i in range(200)]
    write_table(folder / "patients.csv", ["patient", "u", "v", "kind"], rows)
    words = ["train", "patients.csv", "--group", "patient", "--epochs", "1", "--out", "p.safetensors"]
    result = chainrule(*words)
    assert result.out.startswith(
        "patients.csv: 160 samples, 40 for validation, 2 features, 2 classes of kind\n"
    )
    assert cr.load("p.safetensors").features == ("u", "v")
    assert "  group: patient\n" in chainrule("info", "p.safetensors").out + "\n"
    assert chainrule("evaluate", "p.safetensors", "patients.csv").code == 0
    assert chainrule("explain", "p.safetensors", "L", "--data", "patients.csv", "--sample", "3").code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["iris.csv", "--last", "0.2", "--group", "species"],
            "there are --last and --group, two ways to hold samples out: give one of them.",
        ),
        (
            ["iris.csv", "--last", "0.2", "--test", "0.1"],
            "--last 0.2 says how many samples are held out: leave --test out.",
        ),
        (["digits", "--test", "0.1"], "--test 0.1: there are 360 test samples already; leave it out."),
        (["digits", "--last", "0.1"], "--last 0.1: there are 360 test samples already; leave it out."),
        (["iris.csv", "--test", "1"], "--test 1 is out of range: it is a part of the samples, 0 to below 1."),
        (
            ["iris.csv", "--last", "-1"],
            "--last -1 is out of range: it is a part of the samples, 0 to below 1.",
        ),
        (
            ["iris.csv", "--validation", "0.5", "--test", "0.5"],
            "--validation 0.5 and --test 0.5 leave none of 150 samples to train with.",
        ),
        (["digits", "--group", "x"], "--group x is a column of a table, and digits is none: leave it out."),
        (
            ["iris.csv", "--target", "species", "--group", "species"],
            "--group species is the target: name another column.",
        ),
    ],
)
def test_errors(refused, words, message):
    assert refused("train", *words) == message
