"""scikit-learn's own tests of these classes, run on ours. They come with its package, and stay there."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest
from sklearn import neural_network

from chainrule.sklearn import MLPClassifier, MLPRegressor

OURS: dict[Any, Any] = {
    neural_network.MLPClassifier: MLPClassifier,
    neural_network.MLPRegressor: MLPRegressor,
}

try:
    THEIRS: Any = importlib.import_module("sklearn.neural_network.tests.test_mlp")
except ImportError:
    THEIRS = None

pytestmark = [
    pytest.mark.skipif(THEIRS is None, reason="scikit-learn was installed without its tests"),
    # Theirs run with warnings shown; ours, elsewhere, as errors.
    pytest.mark.filterwarnings("default"),
]


def _swapped(value: Any) -> Any:
    return OURS.get(value, value) if isinstance(value, type) else value


def _cases() -> list[Any]:
    """Each of their tests with each of its parameters, and ours in place of their classes."""
    found = []
    for name, test in vars(THEIRS).items() if THEIRS is not None else ():
        if not name.startswith("test_"):
            continue
        sets: list[dict[str, Any]] = [{}]
        for mark in getattr(test, "pytestmark", ()):
            if mark.name == "parametrize":
                names = (
                    [each.strip() for each in mark.args[0].split(",")]
                    if isinstance(mark.args[0], str)
                    else mark.args[0]
                )
                rows = [row if len(names) > 1 else (row,) for row in mark.args[1]]
                sets = [
                    {**before, **dict(zip(names, map(_swapped, row), strict=True))}
                    for before in sets
                    for row in rows
                ]
        found += [pytest.param(test, given, id=f"{name}-{i}") for i, given in enumerate(sets)]
    return found


@pytest.mark.some(8)
@pytest.mark.parametrize(("test", "given"), _cases())
def test_theirs(
    test: Callable[..., None],
    given: dict[str, Any],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for theirs, ours in OURS.items():
        monkeypatch.setattr(THEIRS, theirs.__name__, ours)
    asked = {"capsys", "tmp_path"} & set(test.__code__.co_varnames[: test.__code__.co_argcount])
    if "global_random_seed" in test.__code__.co_varnames[: test.__code__.co_argcount]:
        given = {**given, "global_random_seed": 42}
    test(**given, **{name: request.getfixturevalue(name) for name in asked})
