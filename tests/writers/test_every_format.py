"""Every format tells each quantity with its formula and its numbers; and what checks that is not blind."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from trees import derivations

import chainrule as cr
from pages_read import check_every_format, check_every_tree

METHODS = ["to_text", "to_markdown", "to_latex", "to_html"]
FOUR = [[0.5, 0.5], [1, -1], [-1, -0.5], [2, 1]]


class Kept:
    """A page whose formats are written once."""

    def __init__(self, page: Any) -> None:
        self._page = page
        for method in (*METHODS, "to_dict"):
            setattr(self, method, cache(getattr(page, method)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._page, name)

    def __str__(self) -> str:
        return self.to_text()  # type: ignore[no-any-return]


@cache
def pages() -> dict[str, Any]:
    net = cr.worked_example()
    small = cr.Network([2, 2], parameters={"W1": [[1e-5, 2e-7], [3e4, -1e3]]})
    return {
        "the worked example": net.trace(net.x, net.y, cr.SGD(0.01)).explain(),
        "four samples": net.trace(FOUR, [1, 0, 1, 0], cr.Adam(0.001)).explain(),
        "by hand": net.trace(FOUR, [1, 0, 1, 0], cr.Adam(0.001)).explain(arithmetic="by_hand"),
        "large and small numbers": small.trace([[0.5, 1e-4]], [1], cr.SGD(1e-9)).explain(),
        "wide": cr.Network([30, 12, 3], seed=1).trace([[i / 7 for i in range(30)]], [1], "adam").explain(),
        "a root over several lines": cr.Network([2, 2, 2, 2, 2, 2])
        .trace([0.5, 1], 1, cr.SGD(0.1, clip=cr.ClipNorm(0.1)))
        .explain(),
        "forward alone": net.trace(FOUR).explain(),
    }


@pytest.mark.parametrize("name", pages())
def test_each_quantity_is_told(name: str) -> None:
    check_every_format(pages()[name])


@cache
def worked() -> Kept:
    return Kept(pages()["the worked example"])


@cache
def a_gradient() -> Kept:
    return Kept(derivations()["a gradient"])


class Changed:
    """A page of which one format is changed."""

    def __init__(self, page: Any, method: str, change: Callable[[str], str]) -> None:
        self.page, self.method, self.change = page, method, change

    def __getattr__(self, name: str) -> Any:
        whole = getattr(self.page, name)
        if name != self.method:
            return whole
        changed = self.change(whole())
        assert changed != whole()
        return lambda: changed

    def __str__(self) -> str:
        return self.to_text()  # type: ignore[no-any-return]


CHANGES: dict[str, Callable[[str], str]] = {
    "another number": lambda text: re.sub(r"0\.685542", "0.685543", text),
    "a number left out": lambda text: re.sub(r"0\.598457|0\.595716", "", text),
    "another formula": lambda text: text.replace("xᵀ · dz1", "xᵀ · dz2").replace(
        r"{x^\top} \cdot \frac{\partial L}{\partial z_{1}}",
        r"{x^\top} \cdot \frac{\partial L}{\partial z_{2}}",
    ),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("what", CHANGES)
def test_what_is_wrong_in_one_format_is_seen(method: str, what: str) -> None:
    with pytest.raises(AssertionError):
        check_every_format(Changed(worked(), method, CHANGES[what]))


def test_a_quantity_that_one_format_leaves_out_is_seen() -> None:
    left_out = {
        "to_text": lambda text: text.replace("  a1 = ", "  a9 = "),
        "to_markdown": lambda text: text.replace("$$\n", "", 2),
        "to_latex": lambda text: text.replace(" \\\\[5pt]\n", " \\\\\n", 1),
        "to_html": lambda text: text.replace('"cr-number cr-first"', '"cr-number"', 1),
    }
    for method, change in left_out.items():
        with pytest.raises((AssertionError, ValueError)):
            check_every_format(Changed(worked(), method, change))


@pytest.mark.parametrize("name", derivations())
def test_each_entry_of_a_derivation_is_told(name: str) -> None:
    check_every_tree(derivations()[name])


OF_A_TREE: dict[str, Callable[[str], str]] = {
    "another number": lambda text: text.replace("1.15", "1.16"),
    "a kind left out": lambda text: text.replace("parameter", ""),
    "a nudge left out": lambda text: text.replace("agrees", ""),
    "another formula": lambda text: text.replace("a2[0, 1] - y", "a2[0, 1] + y").replace(
        "a_{2}[0, 1] - y", "a_{2}[0, 1] + y"
    ),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("what", OF_A_TREE)
def test_what_is_wrong_in_one_format_of_a_derivation_is_seen(method: str, what: str) -> None:
    with pytest.raises(AssertionError):
        check_every_tree(Changed(a_gradient(), method, OF_A_TREE[what]))
