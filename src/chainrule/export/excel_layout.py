"""Where the numbers of a training step stand in a sheet, and what stands in each cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.explain.numbering import CHAIN, CLIPPING, layer_title
from chainrule.export.excel_formulas import RuleEntries, formula, letters, pieces
from chainrule.expressions import Expr, Name, Node, names
from chainrule.model.record import Record
from chainrule.notation import ATOM, display, text_leaf, write
from chainrule.parts.contract import Clipping
from chainrule.program.program import Quantity

FIRST_ROW, FIRST_COLUMN = 6, 3  # below the title, beside names and rules
MOST_CELLS = 20_000
KINDS = {  # of what is given, in order, and what is said of each
    "input": "inputs, a row for each sample", "target": "targets", "weight": "how much each sample counts",
    "parameter": "", "constant": "constant", "buffer": "from the steps before", "noise": "by chance",
    "state": "the optimizer's, from the steps before", "scalar": "",
}  # fmt: skip
SAID = {"m": "how many samples", "k": "how many outputs", "t": "the number of the step"}
FIXED = ("m", "k")  # numbers that the sheet's own size decides


@dataclass(frozen=True)
class Heading:
    """A line of text: of a section, or of a step in it."""

    row: int
    text: str
    section: str
    of_step: bool = False


@dataclass(frozen=True)
class Block:
    """The cells of a quantity.

    Parameters
    ----------
    row : of its first cell
    name, rule : what stands beside it
    values : its numbers, with two axes
    formulas : what its cells compute; None for what is given
    section : which part of the step it belongs to
    changes : whether it may be changed by hand
    """

    row: int
    name: str
    rule: str
    values: Any
    formulas: Any
    section: str
    changes: bool = False


@dataclass(eq=False)
class Layout:
    """The headings and blocks of a step, from the top; `places` says where each name's first cell stands."""

    trace: Record
    headings: list[Heading] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    row: int = FIRST_ROW
    _aliases: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._check_size()
        self._given()
        self.computed_from = self.row
        self._forward(self.trace, "FORWARD")
        self._lines("LOSS", "", self._of("loss"))
        back = self._of("backward")
        number = len(self.trace.network.layers) + 1
        for title, clips in ((CHAIN, False), (CLIPPING, True)):
            lines = [q for q in back if isinstance(q.part, Clipping) == clips]
            self._lines("BACKWARD", f"Step {number}  {title}", lines)
            number += bool(lines)
        if self.trace.optimizer is not None:
            title = f"Step {number}  {self.trace.optimizer.label()} updates the parameters"
            self._lines("UPDATE", title, self._of("update"))
            self._after(number + 1)

    @property
    def widest(self) -> int:
        """The last column that has numbers."""
        return FIRST_COLUMN - 1 + max(int(block.values.shape[1]) for block in self.blocks)

    def _check_size(self) -> None:
        cells = sum(int(np.size(value)) for value in self.trace.results.values())
        if cells > MOST_CELLS:
            raise InputError(
                f"a step of the network has {cells:,} numbers, and the workbook is for at most {MOST_CELLS:,}. Take "
                "another kind of file."
            )

    def _of(self, section: str) -> list[Quantity]:
        return [q for q in self.trace.program.quantities.values() if q.section == section]

    # --- lines ----------------------------------------------------------------------------------------------

    def _head(self, section: str, title: str = "") -> None:
        last = next((h.section for h in reversed(self.headings)), "")
        if section != last:
            self.row += bool(self.headings)
            self.headings.append(Heading(self.row, section, section))
            self.row += 1
        if title:
            self.headings.append(Heading(self.row, title, section, of_step=True))
            self.row += 1

    def _block(
        self, name: str, label: str, rule: str, value: Any, formulas: Any, section: str, changes: bool = False
    ) -> None:
        self.places[name] = self.row
        values = _two_axes(value)
        own = None if formulas is None else _two_axes(formulas)
        self.blocks.append(Block(self.row, label, rule, values, own, section, changes))
        self.row += len(values)

    def _given(self) -> None:
        self._head("GIVEN")
        kinds = self.trace.program.leaves
        read = {name.name for q in self.trace.program.quantities.values() for name in names(q.rule)}
        for kind, said in KINDS.items():
            for name in (
                name for name in kinds if kinds[name] == kind and (kind != "scalar" or name in read)
            ):
                value = self.trace.results[name]
                told = SAID.get(name, said)
                self._block(name, display(name), told, value, None, "GIVEN", name not in FIXED)

    def _forward(self, trace: Record, section: str) -> None:
        layers = trace.network.layers
        for place in range(len(layers)):
            lines = [
                q for q in trace.program.quantities.values() if q.section == "forward" and q.place == place
            ]
            self._lines(section, f"Step {place + 1}  {layer_title(layers, place)}", lines)

    def _lines(self, section: str, title: str, quantities: list[Quantity]) -> None:
        if quantities:
            self._head(section, title)
        for quantity in quantities:
            self._quantity(quantity, self.trace.results, section, display(quantity.name))

    def _after(self, number: int) -> None:
        """The same samples once more, with the new parameters."""
        after = self.trace.after()
        if after is None:
            return
        lines = after.program.needed(["L", after.program.output])
        self._aliases = {q.name: f"{q.name} after" for q in lines}
        self._aliases |= {
            name: f"{name}_new"
            for name, kind in after.program.leaves.items()
            if kind == "parameter" and f"{name}_new" in self.places
        }
        self._head("REPEAT", f"Step {number}  the same samples with the new parameters")
        for quantity in lines:
            self._quantity(quantity, after.results, "REPEAT", display(quantity.name))

    # --- cells ----------------------------------------------------------------------------------------------

    def _quantity(self, quantity: Quantity, values: Mapping[str, Any], section: str, label: str) -> None:
        rule, name = quantity.rule, self._aliases.get(quantity.name, quantity.name)
        parts: dict[Node, str] = {}  # the names of those with cells of their own, and how the text has them
        shown: dict[Node, str] = {}
        for i, node in enumerate(pieces(rule, RuleEntries(rule, values, {}).shape), 1):
            own = RuleEntries(node, values, dict(parts))
            text = _text(node, shown)
            parts[node], shown[node] = f"{name} part {i}", f"[{label} {i}]"
            self._block(parts[node], f"  {shown[node]}", text, own.value, self._formulas(own), section)
        entries = RuleEntries(rule, values, parts)
        self._block(name, label, _text(rule, shown), entries.value, self._formulas(entries), section)

    def _formulas(self, entries: RuleEntries) -> Any:
        shape = np.shape(entries.value)
        found = np.empty(shape, object)
        for index in np.ndindex(shape):
            found[index] = formula(entries.at(index), self._cell)
        return found

    def _cell(self, name: Name) -> str:
        own = self._aliases.get(name.name, name.name)
        down, across = (0, 0, *(name.index or ()))[-2:]
        return f"{letters(FIRST_COLUMN + across)}{self.places[own] + down}"


def _two_axes(value: Any) -> Any:
    array = np.asarray(value)
    return array.reshape(1, -1) if array.ndim < 2 else array


def _text(rule: Expr, parts: Mapping[Node, str]) -> str:
    """A rule as text, in which parts that have cells of their own go by their names."""

    def leaf(item: Expr) -> tuple[str, int] | None:
        if isinstance(item, Node) and item is not rule and item in parts:
            return parts[item], ATOM
        return text_leaf(item)

    return str(write(rule, "text", leaf))


def rows(layout: Layout) -> Iterator[tuple[int, int, Any, Any, Block]]:
    """Every cell: its row and column, its number, its formula (None for what is given), and its block."""
    for block in layout.blocks:
        for (down, across), value in np.ndenumerate(block.values):
            own = None if block.formulas is None else block.formulas[down, across]
            yield block.row + down, FIRST_COLUMN + across, float(value), own, block
