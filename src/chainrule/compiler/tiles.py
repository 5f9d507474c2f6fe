"""Rows of a product in the columns of a panel, tile by tile: each stays in registers while the inner axis goes by.

Where the matrices are and how far apart their entries lie comes as arguments, so that all products of a step share
one function for a panel of so many registers.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.compiler.assembly import ZERO, Function, Module, Value, Variable, integer, real
from chainrule.compiler.lanes import first_lanes

INDEPENDENT = (
    8  # sums that a tile of few registers goes on with at once, some for each of its own: none is waited for
)
GROUP = 4  # rows of A that one pointer serves: their distances from it are factors that an address can hold

# C's rows c, c + width, … become, or gain unless `fresh`, the sums over `depth` places of A's entries, `along` bytes
# apart, and `down` from row to row, times B's rows b, b + step, …. Of C's last register, `left` lanes are used.
PARAMETERS = {
    **dict.fromkeys(("a", "b", "c"), "ptr"),
    **dict.fromkeys(("along", "down", "step", "width", "depth", "rows", "left"), "i64"),
    "fresh": "i1",
}


def tiles(module: Module, element: str, lanes: int, registers: int, count: int) -> str:
    """The name of the function for panels of so many registers."""
    return module.once(
        ("tiles", element, lanes, count),
        lambda name: _write(module.function(name, PARAMETERS, inner=True), element, lanes, registers, count),
    )


def _write(f: Function, element: str, lanes: int, registers: int, count: int) -> None:
    """As many rows at once as registers allow; then the rest in smaller tiles."""
    most = min(12, (registers - 8 if registers == 32 else 12) // count)
    rows, start = f.parameters["rows"], f.variable(ZERO)
    factors = [f.times(f.parameters["down"], i) for i in range(GROUP + 1)]
    for height in dict.fromkeys((most, max(most // 3, 1), 1)):
        with f.loop(f.value(start), f.minus(rows, integer(height - 1)), height) as row:
            _Tile(f, element, lanes, count, height, factors).write(row)
            f.set(start, f.add(row, integer(height)))


class _Tile:
    """Writes a tile of some rows."""

    def __init__(
        self, f: Function, element: str, lanes: int, count: int, height: int, factors: list[Value]
    ) -> None:  # fmt: skip
        self.f, self.p, self.element, self.lanes = f, f.parameters, element, lanes
        self.count, self.height, self.factors = count, height, factors
        self.parts = min(4, max(1, INDEPENDENT // (height * count)))

    def write(self, row: Value) -> None:
        """The tile that begins with a row."""
        f, p = self.f, self.p
        zero = real(0, self.element, self.lanes)
        self.total = [
            [[f.variable(zero) for _ in range(self.parts)] for _ in range(self.count)]
            for _ in range(self.height)
        ]
        first = f.gep(p["a"], f.op("mul", row, p["down"]), "i8")
        self.groups = [f.variable(first)]
        for _ in range(GROUP, self.height, GROUP):
            first = f.gep(first, self.factors[GROUP], "i8")
            self.groups.append(f.variable(first))
        self.line = f.variable(p["b"])
        self._sum()
        self._finish(row)

    def _sum(self) -> None:
        f, depth, parts = self.f, self.p["depth"], self.parts
        if parts == 1:
            with f.loop(ZERO, depth):
                self._multiply(0)
            return
        whole = f.op("and", depth, integer(-parts))
        with f.loop(ZERO, whole, parts):
            for part in range(parts):
                self._multiply(part)
        with f.loop(whole, depth):
            self._multiply(0)

    def _multiply(self, part: int) -> None:
        """One place of the inner axis: a column of A by a row of the panel."""
        f, element, lanes = self.f, self.element, self.lanes
        line, groups = f.value(self.line), [f.value(group) for group in self.groups]
        right = [f.load(f.gep(line, integer(v * lanes), element), element, lanes) for v in range(self.count)]
        for i in range(self.height):
            address = f.gep(groups[i // GROUP], self.factors[i % GROUP], "i8")
            left = f.splat(f.load(address, element), lanes)
            for v, total in enumerate(self.total[i]):
                f.set(total[part], f.intrinsic("fma", left, right[v], f.value(total[part])))
        f.set(self.line, f.hidden(f.gep(line, self.p["step"], "i8")))
        for group, at in zip(self.groups, groups, strict=True):
            f.set(group, f.hidden(f.gep(at, self.p["along"], "i8")))

    def _finish(self, row: Value) -> None:
        """The partial sums together, into C."""
        f, p, lanes = self.f, self.p, self.lanes
        for parts in (parts for line in self.total for parts in line):
            for other in parts[1:]:
                f.set(parts[0], f.op("fadd", f.value(parts[0]), f.value(other)))
        out = f.gep(p["c"], f.op("mul", row, p["width"]), "i8")
        self.rows = [out]
        for _ in range(1, self.height):
            self.rows.append(out := f.gep(out, p["width"], "i8"))
        *before, last = range(self.count)
        with f.if_then(f.op("xor", p["fresh"], Value("true", "i1"))):
            for v in before:
                self._add(v, None)
            self._add(last, first_lanes(f, p["left"], lanes))
        for v in before:
            self._store(v, None)
        with f.if_then(f.compare("eq", p["left"], integer(lanes))):
            self._store(last, None)
        with f.if_then(f.compare("slt", p["left"], integer(lanes))):
            self._store(last, first_lanes(f, p["left"], lanes))

    def _add(self, v: int, mask: Value | None) -> None:
        """What is in C already, of one register of each row."""
        f = self.f
        for total, address in self._places(v):
            f.set(total, f.op("fadd", f.value(total), f.load(address, self.element, self.lanes, mask)))

    def _store(self, v: int, mask: Value | None) -> None:
        for total, address in self._places(v):
            self.f.store(self.f.value(total), address, mask)

    def _places(self, v: int) -> Iterator[tuple[Variable, Value]]:
        """The sums of one register of each row, and where they go."""
        for row, line in zip(self.rows, self.total, strict=True):
            yield line[v][0], self.f.gep(row, integer(v * self.lanes), self.element)
