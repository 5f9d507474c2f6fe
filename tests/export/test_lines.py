"""Long lines are broken where Python lets them, and mean the same."""

from __future__ import annotations

import ast

import pytest

from chainrule.export.lines import WIDTH, cut

NAMES = [f"quantity{i}" for i in range(20)]


def test_a_short_line_stays_as_it_is() -> None:
    for line in ("a = b + c", "    return a, b", "def f(x):", "x" * WIDTH):
        assert cut(line, 0) == line


def test_a_call_is_broken_inside_its_brackets() -> None:
    assert cut(f"    g = f({', '.join(NAMES[:12])})") == (
        "    g = f(\n"
        "        quantity0, quantity1, quantity2, quantity3, quantity4, quantity5, quantity6, quantity7,\n"
        "        quantity8, quantity9, quantity10, quantity11\n"
        "    )"
    )


@pytest.mark.parametrize(
    "line",
    [
        f"total = {' + '.join(NAMES)}",
        f"return {', '.join(NAMES)}",
        f"{', '.join(NAMES)} = f(1)",
        f"a = {{{', '.join(f'{name!r}: {name}' for name in NAMES)}}}",
        f"a = f({', '.join(f'g({name})' for name in NAMES)})",
        f"a = f({', '.join(NAMES[:9])}) + g({', '.join(NAMES[9:])})",
        f"def f({', '.join(NAMES)}): return 1",
    ],
)
@pytest.mark.parametrize("indent", [0, 4, 12])
def test_a_broken_line_means_the_same(line: str, indent: int) -> None:
    def parsed(text: str) -> str:
        body = "\n".join("    " + each[indent:] for each in text.split("\n"))
        return ast.dump(ast.parse(f"def outside():\n{body}"))

    if line.startswith("def "):
        line = line.removesuffix(" return 1")
        broken = cut(" " * indent + line)
        assert parsed(f"{broken} return 1") == parsed(" " * indent + line + " return 1")
    else:
        broken = cut(" " * indent + line)
        first = broken.split("\n")[0]
        if line.partition(" = ")[0] != ", ".join(NAMES):  # what stands before the = is not broken
            assert max(map(len, broken.split("\n"))) <= WIDTH
            assert len(first) < WIDTH
        assert parsed(broken) == parsed(" " * indent + line)
