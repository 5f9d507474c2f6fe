"""A worksheet: a step counted by hand of which some numbers are left out, with their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.check import Answer
from chainrule.explain.explain import explain
from chainrule.explain.explanation import Explanation
from chainrule.explain.signs import signs_used
from chainrule.expressions import names
from chainrule.model.record import Record
from chainrule.notation import GAP, entry_text
from chainrule.utils.counts import counted
from chainrule.walkthrough.by_hand import kept_digits, rounded
from chainrule.walkthrough.lines import Line, WorkedStep
from chainrule.worksheets.blanks import COMPUTED, Blanks, Index, computed_lines, read_by, shown
from chainrule.worksheets.conventions import Conventions
from chainrule.worksheets.mistakes import Made, made, sentences, untold
from chainrule.worksheets.transposed import Transposed, said

DUST = 1e-12  # below which floats make a number of what is 0
Section = tuple[str, tuple[WorkedStep, ...]]


@dataclass(frozen=True, eq=False, repr=False)
class Worksheet:
    """One sheet. What it says of entries is in its own layout: `told`, `blanks`, `keys`, `mistakes`.

    Parameters
    ----------
    record : the step, in the program's layout, with samples as rows
    conventions : how it counts and writes
    told : the whole step counted by hand, in the sheet's layout, with all numbers
    blanks : the entries that are left out, by the name of their line
    formulas : what can be done wrong in each line
    number, count : which of how many sheets it is
    seed : what its numbers were drawn by; None where they were given
    """

    record: Record
    conventions: Conventions
    told: Explanation
    blanks: Blanks
    formulas: Mapping[str, list[Answer]] = field(default_factory=dict)
    number: int = 1
    count: int = 1
    seed: int | None = None

    @property
    def keys(self) -> dict[str, Any]:
        """The right number of each blank, a Decimal, by the blank's name: ``dz1[0, 1]``."""
        return {entry_text(name, index): self.key(name, index) for name, index in self.cells()}

    def key(self, name: str, index: Index) -> Any:
        """The right number of an entry."""
        return np.asarray(self.told.values[name], dtype=object)[index]

    def accepted(self, name: str, index: Index) -> tuple[Any, ...]:
        """The numbers that are right in a blank: its key, and what comes out if all digits are carried on."""
        key, exact = self.key(name, index), np.asarray(self._exact[name], dtype=object)[index]
        return (key,) if exact == key or abs(exact) < DUST else (key, exact)

    @cached_property
    def _exact(self) -> dict[str, Any]:
        """The step's own numbers, rounded as they are printed."""
        kept = kept_digits(self.record.program, self.conventions.digits)
        found = {
            name: rounded(self.record.results[name], kept[name], self.conventions.halves)
            for name in self.blanks
        }
        return {name: self._laid_out(name, value) for name, value in found.items()}

    def _laid_out(self, name: str, value: Any) -> Any:
        """A quantity's numbers in the sheet's layout."""
        return value if self._transposed is None else self._transposed.value(name, value)

    def places(self, name: str) -> Any:
        """Which entry of the program's array stands where on the sheet: an array like the line, counted row by row."""
        shape = np.shape(self.record.results[name])
        return self._laid_out(name, np.arange(int(np.prod(shape))).reshape(shape))

    @cached_property
    def _transposed(self) -> Transposed | None:
        return Transposed(self.record) if self.conventions.samples_as == "columns" else None

    def cells(self) -> Iterator[tuple[str, Index]]:
        """The blanks, in the order of the sheet."""
        return ((name, index) for name, cells in self.blanks.items() for index in cells)

    @cached_property
    def mistakes(self) -> dict[str, list[Made]]:
        """For each line with blanks, what each mistake of the catalogue makes of it, the likeliest first."""
        _, found = made(self.record, self.conventions, self.formulas, self.blanks)
        return {
            name: [replace(mistake, value=self._laid_out(name, mistake.value)) for mistake in each]
            for name, each in found.items()
        }

    def hints(self, name: str, index: Index) -> dict[Any, list[str]]:
        """The wrong numbers that a blank may get, each with the catalogue's names of the mistakes that make it."""
        right, found = self.accepted(name, index), dict[Any, list[str]]()
        for mistake in self.mistakes[name]:
            number = mistake.value[index]
            if number.is_finite() and number not in right:
                names = found.setdefault(number, [])
                names += [each for each in mistake.names[:1] if each not in names]
        return found

    @property
    def untold(self) -> list[str]:
        """What the blanks cannot tell: mistakes that give the right numbers here, or the same as another one."""
        return list(sentences(*untold(self.mistakes, self.told.values, self.blanks)))

    # --- as pages -------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What the sheet is called."""
        which = f" {self.number} of {self.count}" if self.count > 1 else ""
        return f"Worksheet{which}"

    @property
    def seed_line(self) -> str:
        """By what its numbers can be drawn again."""
        return "" if self.seed is None else f"seed {self.seed}"

    @cached_property
    def tasks(self) -> Explanation:
        """The sheet as a walk-through with gaps: what leads to the blanks is given, and nothing that comes after."""
        lines = computed_lines(self.told)
        keep = shown(lines, self.blanks)
        known = keep | set(self.record.leaves)
        found = self._told_of(keep, lambda line: self._asked(_chained(line, known)))
        needed = {name for line in lines.values() if line.name in keep for name in read_by(line)} | set(
            self.blanks
        )
        given = self._given(needed)
        steps = [step for _, steps in found for step in steps]
        signs = [self._turned(sign) for sign in signs_used(steps, self.record.results, None)]
        signed = ("SIGNS", (WorkedStep(None, "", (), tuple(signs)),))
        return self._page(self.title, (*given, *found, signed), self._instruction())

    @cached_property
    def key_page(self) -> Explanation:
        """The lines with blanks in full, formula, numbers and result; and which mistakes the blanks do not tell."""
        found = self._told_of(set(self.blanks) | self._on_the_way, lambda line: line)
        if self.untold:
            found = (*found, ("NOT TOLD", (WorkedStep(None, "", (), tuple(self.untold)),)))
        return self._page(f"Key to {self.title[0].lower()}{self.title[1:]}", found)

    def _page(self, title: str, sections: Sequence[Section], *more: str) -> Explanation:
        first, *rest = self.told.heading
        head = "    ".join(filter(None, [title, self.seed_line, first]))
        return replace(self.told, heading=(head, *more, *rest), sections=tuple(sections))

    def _instruction(self) -> str:
        count = sum(map(len, self.blanks.values()))
        return "One number is missing. Find it." if count == 1 else f"{count} numbers are missing. Find them."

    def _given(self, needed: set[str]) -> tuple[Section, ...]:
        """What comes from outside, with what is said of it."""
        return tuple(
            (title, tuple(replace(s, lines=tuple(line for line in s.lines if line.name in needed)) for s in steps))
            for title, steps in self.told.sections if title == "GIVEN"
        )  # fmt: skip

    def _told_of(self, keep: set[str], change: Callable[[Line], Line]) -> tuple[Section, ...]:
        """Some of the lines that have a rule, changed, and without what is said of the others."""
        found = []
        for title, steps in self.told.sections:
            some = (
                replace(
                    step, lines=tuple(change(line) for line in step.lines if line.name in keep), remarks=()
                )
                for step in steps
            )
            kept = tuple(step for step in some if step.lines)
            if title in COMPUTED and kept:
                found.append((title, kept))
        return tuple(found)

    def _asked(self, line: Line) -> Line:
        """A line as the sheet has it: given, with gaps, or as a formula alone where its numbers would tell a blank."""
        bare = replace(line, numbers=False, worked=None, relation="=")
        if line.name in self._on_the_way:
            return replace(bare, obvious=False, result=False)
        return replace(bare, value=self._with_gaps(line))

    @cached_property
    def _on_the_way(self) -> set[str]:
        """The lines that are not asked for, lead to a blank, and read one."""
        lines = computed_lines(self.told)
        return {
            name
            for name in shown(lines, self.blanks) - set(self.blanks)
            if not set(self.blanks).isdisjoint(read_by(lines[name]))
        }

    def _with_gaps(self, line: Line) -> Any:
        value = np.array(line.value, dtype=object)
        for index in self.blanks.get(line.name, ()):
            value[index] = GAP
        return value

    def _turned(self, sign: str) -> str:
        return said(sign) if self.conventions.samples_as == "columns" else sign

    def __repr__(self) -> str:
        return (
            f"{self.title}  {counted(sum(map(len, self.blanks.values())), 'blank')}: {', '.join(self.blanks)}"
        )


def worksheet(
    record: Record,
    conventions: Conventions,
    blanks: Blanks,
    formulas: Mapping[str, list[Answer]],
    **which: Any,
) -> Worksheet:
    """A sheet of a step.

    Parameters
    ----------
    record : the step, already as a sum where that is asked for
    conventions : how it is counted and written
    blanks : the entries that are left out, in the program's layout
    formulas : what can be done wrong in each line
    which : its number, count and seed
    """
    told = by_hand(record, conventions)
    if conventions.samples_as == "columns":
        turned = Transposed(record)
        told = turned.walkthrough(told)
        blanks = {name: tuple(sorted(turned.index(name, i) for i in cells)) for name, cells in blanks.items()}
    return Worksheet(record, conventions, told, blanks, formulas, **which)


def by_hand(record: Record, conventions: Conventions) -> Explanation:
    """The step's walk-through by hand, with samples as rows."""
    return explain(record, None, "by_hand", conventions.digits, conventions.halves)


def _chained(line: Line, known: set[str]) -> Line:
    """A line without its chain-rule form where that reads what the sheet does not show."""
    if line.chain is None or all(name.name in known for name in names(line.chain)):
        return line
    return replace(line, chain=None, chain_note="")
