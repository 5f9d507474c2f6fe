"""One number, derived: a tree from an entry of a quantity down to inputs and parameters.

Beside every gradient of the loss stands a central difference: the program's own forward rules, run with that
entry nudged a little up and down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InputError
from chainrule.expressions import Expr, Name, Node, evaluate, names, nodes
from chainrule.expressions import operations as ops
from chainrule.expressions.entry import Entries
from chainrule.model.record import Record, parse_entry
from chainrule.notation.formula import SUM_STRENGTH, display, entry_text, join_strings, text_leaf, write
from chainrule.notation.numerals import numeral
from chainrule.program.program import Quantity
from chainrule.utils import checks
from chainrule.walkthrough.rounding import DUST, Rounding
from chainrule.walkthrough.simplify import Simplifier, cut
from chainrule.walkthrough.substitution import Substitution
from chainrule.writers.boxes import wrap

if TYPE_CHECKING:
    from chainrule.trace import Trace

Index = tuple[int, ...]
STEP = 1e-5
KINDS = {
    "input": "input", "target": "target", "weight": "the sample's weight", "noise": "drawn by chance",
    "parameter": "parameter", "constant": "constant", "memory": "the layer's memory",
    "state": "the optimizer's memory", "scalar": "setting", "held": "0 where what_if holds it, otherwise 1",
}  # fmt: skip


@dataclass(frozen=True)
class Nudge:
    """∂L/∂(entry) by a central difference, beside the gradient that the program computes.

    Parameters
    ----------
    entry : what is nudged, e.g. ``"W1[0, 1]"``
    step : by how much
    above, below : L with the entry raised and lowered
    slope : (above - below) / (2 step)
    gradient : the program's
    agrees : whether the two are the same, within what rounding allows
    kink : where a function has a kink between the two nudges, what crosses it; else empty
    """

    entry: str
    step: float
    above: float
    below: float
    slope: float
    gradient: float
    agrees: bool
    kink: str = ""

    def verdict(self) -> str:
        """In words."""
        if self.agrees:
            return "agrees"
        return f"differs, for {self.kink}" if self.kink else "DIFFERS"


@dataclass(frozen=True, repr=False)
class Why:
    """A derivation. ``str`` is a tree in plain text.

    Parameters
    ----------
    entry : e.g. ``"dW1[0, 1]"``
    value : the number
    formula, numbers : the rule for this entry, by names and with numbers put in; empty for what is given
    kind : for what comes from outside, what it is; for a told entry, that it stands above
    nudge : for a gradient
    parts : the entries it is made of, derived likewise
    note : what rounding has to do with it
    """

    entry: str
    value: float
    formula: str
    numbers: str
    kind: str
    nudge: Nudge | None
    parts: tuple[Why, ...]
    note: str = ""

    def to_text(self, *, width: int = 80, ascii: bool = False) -> str:
        """The tree as plain text."""
        from chainrule.writers.text import plain

        lines = _tree(self, width)
        if self.nudge is not None:
            lines += ["", *_nudge_lines(self.nudge, width)]
        text = "\n".join(line.rstrip() for line in lines)
        return plain(text) if checks.truth(ascii, "ascii") else text

    def to_dict(self) -> dict[str, Any]:
        """The tree as plain data, ready for JSON."""
        found: dict[str, Any] = {"entry": self.entry, "value": _strict(self.value)}
        for key in ("formula", "numbers", "kind", "note"):
            if text := getattr(self, key):
                found[key] = text
        if self.nudge is not None:
            nudge = {k: _strict(v) if isinstance(v, float) else v for k, v in vars(self.nudge).items()}
            found["nudge"] = nudge
        found["parts"] = [part.to_dict() for part in self.parts]
        return found

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return str(self)  # in a console the tree shows itself


def why(trace: Trace, entry: str, depth: int | None = None) -> Why:
    """Derive one number; see `Trace.why`."""
    name, index = trace.locate(entry)
    shape = np.shape(trace.results[name])
    if index is None:
        if np.size(trace.results[name]) != 1:
            example = entry_text(name, (0,) * len(shape))
            raise InputError(
                f"{name} has {np.size(trace.results[name])} entries: name one of them, such as {example}."
            )
        index = (0,) * len(shape)
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 0):
        raise InputError(f"depth = {depth!r}: it is a whole number of at least 0.")
    return _Teller(trace, name).tell(name, index, depth)


class _Teller:
    """Tells entries, each once, of the quantity asked for and of what it needs."""

    def __init__(self, trace: Record, asked: str) -> None:
        self.trace, self.asked = trace, asked
        self.told: set[tuple[str, Index]] = set()
        self.simplify = Simplifier(trace.program, trace.results, trace.samples)
        self.put = Substitution(trace.results, "text", numeral, list, join_strings, str)
        self._entries: dict[str, Entries] = {}

    @cached_property
    def rounding(self) -> Rounding:
        return Rounding(self.trace, self.trace.program.needed([self.asked]))

    def tell(self, name: str, index: Index, depth: int | None) -> Why:
        value = self.trace.results[name]
        number = float(value[index] if np.ndim(value) else value)
        entry = entry_text(display(name), index)
        quantity = self.trace.program.quantities.get(name)
        if self.trace.put_in(name, index):
            self.told.add((name, index))
            return Why(entry, number, "", "", "put in by what_if", None, ())
        if quantity is None:
            self.told.add((name, index))
            return Why(entry, number, "", "", KINDS[self.trace.program.leaves[name]], None, ())
        if (name, index) in self.told:
            return Why(entry, number, "", "", "told above", None, ())
        self.told.add((name, index))
        expr = self.simplify(self._entries_of(quantity).at(index))
        shown, operands = self.shown(expr)
        parts: tuple[Why, ...] = ()
        if depth is None or depth > 0:
            deeper = None if depth is None else depth - 1
            given = self.trace.program.leaves
            fresh = [n for n in operands if n.name not in given or (n.name, n.index) not in self.told]
            parts = tuple(self.tell(n.name, n.index or (), deeper) for n in fresh)
        numbers = "" if isinstance(expr, Name) else self.put.entry(expr)
        note = self._note(name, index, shown)
        return Why(entry, number, shown, numbers, "", nudge(self.trace, name, index), parts, note)

    def _note(self, name: str, index: Index, shown: str) -> str:
        """Whether an entry is 0 but for rounding, or a comparison in its rule is decided by rounding."""
        dust = [DUST] if self.rounding.dust(name)[index] else []
        decided = [choice for choice in self.rounding.choices(name) if choice in shown]
        return "; ".join([*dust, *(f"{choice} is decided by rounding" for choice in decided)])

    def _entries_of(self, quantity: Quantity) -> Entries:
        if quantity.name not in self._entries:
            self._entries[quantity.name] = Entries(quantity.rule, self.trace.results)
        return self._entries[quantity.name]

    def shown(self, expr: Expr) -> tuple[str, list[Name]]:
        """The rule by names, long sums cut, and the entries that it shows."""
        hidden: set[Expr] = set()

        def leaf(item: Expr) -> tuple[str, int] | None:
            if isinstance(item, Node) and item.op is ops.TOTAL:
                short = cut(item, self.trace.results)
                if short is not None:
                    hidden.update(set(item.args) - set(short.shown))
                    terms = [str(write(term, "text", leaf, numbers=True)) for term in short.shown]
                    return " + ".join([*terms, f"… (the other {short.count})"]), SUM_STRENGTH
            return text_leaf(item)

        text = str(write(expr, "text", leaf))
        skip = {name for item in hidden for name in names(item)}
        kept = [n for n in names(expr) if not n.scalar or n.computed]
        shown_in = {n for node in nodes(expr) if node not in hidden for n in node.args if isinstance(n, Name)}
        return text, [n for n in kept if n not in skip or n in shown_in]


# --- the nudge --------------------------------------------------------------------------------------------


def nudge(trace: Trace, name: str, index: Index) -> Nudge | None:
    """The central difference for an entry of a gradient ∂L/∂u; None for anything else."""
    program = trace.program
    of = name[1:]
    if not name.startswith("d") or of not in trace.results or "L" not in trace.results:
        return None
    needed = program.needed(["L"])
    reads = {n.name for quantity in needed for n in names(quantity.rule)}
    # A loss that reads the logits goes around the output: its textbook form reads it.
    around = any(of in _read(q.also) and of not in _read(q.rule) for q in needed if q.also is not None)
    textbook = around or of not in reads
    if textbook:
        needed = [q for q in program.quantities.values() if q.section in ("forward", "loss")]
    at = trace.results[of]
    middle = float(at[index] if np.ndim(at) else at)
    step = STEP * max(1.0, abs(middle))
    leaves = {n: _double(v) for n, v in trace.leaves.items()}

    def run(amount: float) -> dict[str, Any]:
        def moved(value: Any) -> Any:
            if not np.ndim(value):
                return value + amount
            value = value.copy()
            value[index] += amount
            return value

        return program.run(leaves, trace.replacing({of: moved}), needed, textbook)

    up, down = run(step), run(-step)
    above, below = float(up["L"]), float(down["L"])
    slope = (above - below) / (2 * step)
    value = trace.results[name]
    gradient = float(value[index] if np.ndim(value) else value)
    single = np.asarray(value).dtype == np.float32
    room = (1e-3 if single else 1e-6) * max(abs(slope), abs(gradient)) + (1e-6 if single else 1e-9) * (
        1 + abs(above)
    )
    agrees = bool(abs(slope - gradient) <= room)
    kink = "" if agrees else _kink(needed, up, down)
    if not agrees and not kink:
        kink = _put_in(trace, name)
    return Nudge(entry_text(of, index), step, above, below, slope, gradient, agrees, kink)


def _read(form: Expr) -> set[str]:
    return {name.name for name in names(form)}


def _double(value: Any) -> Any:
    return value.astype(np.float64) if isinstance(value, np.ndarray) else value


def _put_in(trace: Trace, name: str) -> str:
    """Which gradient that another one is computed from a `what_if` replaced; the loss does not know of that."""
    read = {q.name for q in trace.program.needed([name]) if q.section == "backward"}
    put = [of for of in (parse_entry(text)[0] for text in trace.replaced) if of in read]
    return f"{put[0]} was put in by what_if" if put else ""


def _kink(quantities: Sequence[Quantity], up: Mapping[str, Any], down: Mapping[str, Any]) -> str:
    """Which entry chooses another branch of a function with a kink in the two runs."""
    for quantity in quantities:
        for node in nodes(quantity.rule):
            if not node.op.kink:
                continue
            with np.errstate(all="ignore"):
                sides = [_side(node, run) for run in (up, down)]
            crossed = np.argwhere(np.atleast_1d(sides[0] != sides[1]))
            if len(crossed):
                entry = entry_text(quantity.name, tuple(int(i) for i in crossed[0]))
                return (
                    f"{entry} crosses the kink of {node.op.name.replace('maximum', 'max')} between the nudges"
                )
    return ""


def _side(node: Node, env: Mapping[str, Any]) -> Any:
    """On which side of its kink a function is."""
    args = [np.asarray(evaluate(arg, env)) for arg in node.args]
    if node.op is ops.MAX:
        return args[0].argmax(axis=node.settings["axis"])
    return np.sign(args[0] - args[1]) if len(args) == 2 else np.sign(args[0])


# --- what stopped being finite ----------------------------------------------------------------------------


def not_finite(trace: Record) -> str:
    """A sentence that names the first quantity that training needs and that is not finite, with its operands."""
    program = trace.program
    targets = ["L", *(n for n in program.quantities if n.endswith("_new"))]
    for name, value in trace.leaves.items():
        if isinstance(value, np.ndarray) and not np.isfinite(value).all():
            entry = entry_text(name, tuple(int(i) for i in np.argwhere(~np.isfinite(value))[0]))
            return f"{entry} is {trace[entry]}."
    for quantity in program.needed(targets):
        value = np.asarray(trace.results[quantity.name])
        wrong = np.argwhere(~np.isfinite(value))
        if len(wrong):
            index = tuple(int(i) for i in wrong[0])
            teller = _Teller(trace, quantity.name)
            expr = teller.simplify(Entries(quantity.rule, trace.results).at(index))
            numbers = teller.put.entry(expr)
            entry = entry_text(quantity.name, index)
            by_names = teller.shown(expr)[0]
            return (
                f"the first number that is not finite is {entry} = {by_names} = {numbers} = {value[index]}."
            )
    return "every number of this step is finite."


# --- as text ----------------------------------------------------------------------------------------------


def _tree(root: Why, width: int) -> list[str]:
    lines = _told(root, "", "  ", width)

    def add(parts: Sequence[Why], indent: str) -> None:
        for i, part in enumerate(parts):
            last = i == len(parts) - 1
            deeper = indent + ("   " if last else "│  ")
            lines.extend(
                _told(
                    part,
                    indent + ("└─ " if last else "├─ "),
                    deeper + ("│  " if part.parts else "   "),
                    width,
                )
            )
            add(part.parts, deeper)

    add(root.parts, "  ")
    return lines


def _told(part: Why, lead: str, indent: str, width: int) -> list[str]:
    """An entry with its remark, and below it its rule."""
    text = f"{lead}{part.entry} = {numeral(part.value)}"
    remark = part.kind
    if part.nudge is not None and lead:
        remark = f"nudge {numeral(part.nudge.slope)}, {part.nudge.verdict()}"
    both = "; ".join(filter(None, [part.note, remark]))
    fits = len(text) + 2 + len(both) <= width
    remark = both if fits else remark
    below = [] if fits or not part.note else wrap(part.note, max(width - len(indent), 24), "")
    if remark:
        room = width - len(remark)
        text = text.ljust(room) + remark if len(text) + 2 <= room else f"{text}  {remark}"
    return [text, *(indent + line for line in below), *_rule(part, indent, width)]


def _rule(part: Why, indent: str, width: int) -> list[str]:
    if not part.formula:
        return []
    both = f"= {part.formula} = {part.numbers}" if part.numbers else f"= {part.formula}"
    if len(indent) + len(both) <= width:
        return [indent + both]
    found: list[str] = []
    for text in (part.formula, part.numbers):
        if text:
            room = max(width - len(indent), 24)
            found += wrap(f"= {text}", room, "    ")
    return [indent + line for line in found]


def _nudge_lines(nudge: Nudge, width: int) -> list[str]:
    step = f"{nudge.step:.10f}".rstrip("0")
    double = f"{2 * nudge.step:.10f}".rstrip("0")
    difference = f"({nudge.above:.11f} - {nudge.below:.11f}) / {double} = {numeral(nudge.slope)}"
    lines = wrap(f"{difference}   {nudge.verdict()}", width - 2)
    return [f"nudge {nudge.entry} by ±{step}:", *(f"  {line}" for line in lines)]


def _strict(value: float) -> float | str:
    return value if np.isfinite(value) else str(value)
