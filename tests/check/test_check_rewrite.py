"""A program that tells its numbers does what it did before: same results, same errors, same order."""

from __future__ import annotations

import builtins
from typing import Any

import pytest

from chainrule.check.code.recorder import Recorder
from chainrule.check.code.rewrite import RECORDER, Place, rewritten

PROGRAMS = {
    "arithmetic": "a = 2.5\nb = -a ** 2 + 7 % 3 // 2 - 1 / a\nc = (1 << 3) | 5 ^ 2 & 3\n",
    "in place": "import numpy as np\nx = np.ones(3)\ny = x\ny += 2\nz = [1]\nw = z\nw += [2]\nn = 5\nn -= 2\n",
    "subscripts": (
        "calls = []\ndef f(i):\n    calls.append(i)\n    return i\n"
        "a = [[1.0, 2.0], [3.0, 4.0]]\na[f(0)][f(1)] += 5\nb = a[0][-1:]\nd = {'k': 1.5}\nd['k'] *= 2\n"
    ),
    "attributes": (
        "class C:\n    total = 0.5\n    def __init__(self, w=2.0):\n        self.w = w\n"
        "    def go(self, x):\n        'Say.'\n        self.w -= x * 0.5\n"
        "        return super().__repr__()[:0] + str(self.w)\n"
        "c = C()\nr = [c.go(v) for v in (1.0, 2.0)]\n"
    ),
    "closures": (
        "def outer(n):\n    s = 0.0\n    def inner(v):\n        nonlocal s\n        s += v * n\n        return s\n"
        "    return inner\nf = outer(3)\nr = [f(1.5), f(2.5)]\n"
        "g = (lambda q, *a, k=2.0, **o: q * k + len(a))(1.5, 1, 2)\n"
    ),
    "loops": (
        "r = []\nfor i, (a, b) in enumerate([(1.0, 2.0), (3.0, 4.0)]):\n    if i: r.append(a * b)\n    else: continue\n"
        "else:\n    r.append(sum(v * v for v in (1.0, 2.0)))\nwhile len(r) < 4: r.append(0.5 + r[-1])\n"
    ),
    "matching": (
        "def f(v):\n    match v:\n        case [a, b]: return a + b * 0.5\n        case {'k': k}: return k - 1.0\n"
        "        case _: return None\nr = [f([1, 2]), f({'k': 3}), f(4)]\n"
    ),
    "generators": (
        "def g():\n    for i in range(3):\n        yield i * 0.5\n"
        "r = list(g())\nt = (x for x in r)\nu = next(t) + next(t)\n"
    ),
    "unpacking": "a, *b = 1.5, 2, 3\n(c, d), e = (a + 1, 2), 3\nf'{a * 2:.3f}'\nx: float = a * 3\n",
    "slices": (
        "import numpy as np\nx = np.arange(12.0).reshape(3, 4)\ny = x[1:, ::2] * 2\n"
        "x[:, 1] += 1\nx[[0, 2], [1, 3]] -= 5\n"
        "z = x[..., None].shape\nm = x[x > 5]\n"
    ),
}  # fmt: skip


def run(code: Any, recorder: Recorder | None) -> dict[str, Any]:
    """The names of a program at its end."""
    names: dict[str, Any] = {"__name__": "__main__"}
    if recorder is not None:
        setattr(builtins, RECORDER, recorder)
    try:
        exec(code, names)
    finally:
        if recorder is not None:
            delattr(builtins, RECORDER)
    return {k: repr(v) for k, v in names.items() if not k.startswith("__") and "0x" not in repr(v)}


def recorded(text: str) -> tuple[dict[str, Any], Recorder]:
    places: list[Place] = []
    code = rewritten(text, "program.py", 0, places)
    recorder = Recorder(places, lambda: None)
    return run(code, recorder), recorder


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_does_what_it_did(name: str) -> None:
    text = PROGRAMS[name]
    assert recorded(text)[0] == run(compile(text, "program.py", "exec"), None)


def test_errors_stay_where_they_were() -> None:
    with pytest.raises(ZeroDivisionError) as found:
        recorded("x = 1.5\ny = x / 0\n")
    assert found.traceback[-1].lineno + 1 != 0
    lines = [entry.lineno + 1 for entry in found.traceback if str(entry.path).endswith("program.py")]
    assert lines == [2]


def test_operands_are_as_they_were_before() -> None:
    """An array that is changed in place later is kept as it was."""
    text = "import numpy as np\nW = np.ones(2)\nz = W * 3\nW -= 0.5\n"
    _, recorder = recorded(text)
    told = [
        (what, [recorder.values[n].tolist() for n in operands], recorder.values[result].tolist())
        for _, what, operands, result, _ in recorder.events
    ]
    assert ("Mult", [[1.0, 1.0], 3.0], [3.0, 3.0]) in told
    assert ("Sub", [[1.0, 1.0], 0.5], [0.5, 0.5]) in told


def test_a_place_has_its_line_and_its_text() -> None:
    _, recorder = recorded("a = 1.5\nb = (a +\n     2.5)\n")
    assert (0, 2, "a + 2.5", "Add") in recorder.places


def test_what_python_refuses_is_refused() -> None:
    """As an argument of the recorder a starred value would be one that Python takes."""
    with pytest.raises(SyntaxError, match="can't use starred expression here"):
        rewritten("a = [1]\nb = *a\n", "a.py", 0, [])
