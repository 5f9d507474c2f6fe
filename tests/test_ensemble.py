"""Networks that are asked together say the mean of what each of them says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import FileError, InputError, KindError

X = np.random.default_rng(2).standard_normal((9, 3))


def networks(**settings: Any) -> list[cr.Network]:
    return [cr.Network([3, 4, 2], seed=seed, **settings) for seed in range(3)]


def test_the_prediction_is_the_mean_of_theirs() -> None:
    each = networks()
    both = cr.Ensemble(each)
    mean = sum(net.predict(X) for net in each) / 3
    np.testing.assert_allclose(both.predict(X), mean, rtol=1e-14)
    np.testing.assert_array_equal(both.classify(X), mean.argmax(axis=1))
    assert list(both) == each
    assert (len(both), both[1]) == (3, each[1])


def test_it_comes_back_from_a_folder(tmp_path: Path) -> None:
    both = cr.Ensemble([cr.Network([3, 4, 2], seed=seed, classes=["no", "yes"]) for seed in range(12)])
    both.save(tmp_path)
    again = cr.Ensemble.load(tmp_path)
    for one, other in zip(both, again, strict=True):  # 2 before 10
        np.testing.assert_array_equal(one.parameters.flat, other.parameters.flat)
    np.testing.assert_array_equal(again.predict(X), both.predict(X))


def test_what_is_no_ensemble(tmp_path: Path) -> None:
    with pytest.raises(KindError) as kind:
        cr.Ensemble("networks")  # type: ignore[arg-type]
    assert str(kind.value) == "'networks' is no list of networks."
    with pytest.raises(InputError) as none:
        cr.Ensemble([])
    assert str(none.value) == "an ensemble needs a network at least, and the list is empty."
    with pytest.raises(InputError) as differ:
        cr.Ensemble([*networks(), cr.Network([3, 4, 3])])
    assert str(differ.value) == "network 3 has the outputs 3, and network 0 2: all must have the same."
    with pytest.raises(FileError) as empty:
        cr.Ensemble.load(tmp_path)
    assert str(empty.value) == (
        f"{tmp_path} holds no network: there is no file in it whose name ends with .safetensors."
    )
    numbers = cr.Ensemble([cr.Network([3, 1], output="identity", loss="mean_squared_error")])
    with pytest.raises(InputError, match="there are no classes"):
        numbers.classify(X)


def test_a_folders_name_that_is_too_long() -> None:
    name = "x" * 300
    for ask in (cr.Ensemble(networks()).save, cr.Ensemble.load):
        with pytest.raises(FileError) as caught:
            ask(name)
        assert str(caught.value) == f"{name} is no folder that can be read: File name too long."


def test_a_folder_keeps_no_network_of_another_ensemble(tmp_path: Path) -> None:
    cr.Ensemble(networks()).save(tmp_path)
    with pytest.raises(FileError) as caught:
        cr.Ensemble(networks()[:2]).save(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} holds 2.safetensors, which would be taken for one of these 2 networks. Give another folder, or "
        "take that file out of it."
    )
    cr.Ensemble(networks()).save(tmp_path)  # the same places
    assert len(cr.Ensemble.load(tmp_path)) == 3


def test_its_networks_are_there_to_be_read() -> None:
    both = cr.Ensemble(networks())
    with pytest.raises(AttributeError):
        both.networks = ()  # type: ignore[misc]
    assert len(both.networks) == 3


def test_a_threshold_is_that_of_all() -> None:
    both = cr.Ensemble(networks())
    for net in both:
        net.threshold = 0.2
    np.testing.assert_array_equal(both.classify(X), both.predict(X)[:, 1] > 0.2)
    assert both.classify(X).sum() > (both.predict(X)[:, 1] > 0.5).sum()
    both[1].threshold = None
    with pytest.raises(InputError) as error:
        both.classify(X)
    assert str(error.value) == (
        "network 1 has the threshold None, and network 0 0.2: give all the same before their mean is asked for classes."
    )
