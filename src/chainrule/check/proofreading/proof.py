"""What a proof-reading found, told: the verdict first, then each finding, then what was read and what not."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chainrule.utils import checks

RIGHT, WRONG, NOTHING = 0, 1, 3  # how the command ends
LONGEST = 100  # signs of an equation that are shown
LISTED = 8  # lines that could not be read and are quoted


@dataclass(frozen=True, slots=True)
class Finding:
    """Something on the page that is not right.

    Parameters
    ----------
    line, cell : where: the line of the page, or of a notebook's cell
    kind : "wrong", "cut", "transposed", "swapped digits", "sign", "factor", "shape" or "stale"
    equation : as it stands there
    stands, should : what is not right, and what it should be
    told : how it may have come about
    sure : "sure"; or "likely", where it hangs on a number that may have been rounded, or on a name
    """

    line: int
    cell: int
    kind: str
    equation: str
    stands: str
    should: str
    told: str
    sure: str

    @property
    def place(self) -> str:
        """Where it is."""
        return f"cell {self.cell}, line {self.line}" if self.cell else f"line {self.line}"


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read."""

    line: int
    cell: int
    text: str


@dataclass(frozen=True, repr=False)
class Proof:
    """What a proof-reading found.

    Parameters
    ----------
    findings : what is not right, in the order of the page
    equations : how many equations have numbers in them
    counted : how many results were counted again
    unread : the equations that could not be read
    notes : how the page was understood
    """

    findings: Sequence[Finding]
    equations: int
    counted: int
    unread: Sequence[Unread]
    notes: Sequence[str]

    @property
    def right(self) -> bool:
        """Whether nothing is wrong, and at least one result could be counted again."""
        return not self.findings and self.counted > 0

    @property
    def exit_code(self) -> int:
        """0 where all is right, 1 for findings, 3 where nothing could be counted."""
        return WRONG if self.findings else RIGHT if self.counted else NOTHING

    @property
    def verdict(self) -> str:
        """The verdict in a sentence."""
        if not self.counted and not self.findings:
            return "Nothing could be counted again: the page has no equation with numbers that I can read."
        if not self.findings:
            return (
                "Right: the one result that was counted again."
                if self.counted == 1
                else f"Right: all {self.counted} results that were counted again."
            )
        wrong = len(self.findings)
        cut = sum(finding.kind == "cut" for finding in self.findings)
        if cut == wrong:
            told = "number is" if wrong == 1 else "numbers are"
            return f"{wrong} {told} cut instead of rounded, and nothing is wrong."
        first = f"{wrong - cut} {'thing is' if wrong - cut == 1 else 'things are'} not right"
        return (
            f"{first}, and {cut} {'is' if cut == 1 else 'are'} cut instead of rounded."
            if cut
            else f"{first}."
        )

    @property
    def read(self) -> str:
        """What was read, and what not, in a sentence."""
        missing = len(self.unread)
        whole = self.equations - missing
        results = "result" if self.counted == 1 else "results"
        said = f"{whole} {'equation' if whole == 1 else 'equations'} read, {self.counted} {results} counted again"
        return f"{said}; {missing} not read:" if missing else f"{said}."

    def to_text(self, *, width: int = 80, ascii: bool = False) -> str:
        """The report in plain text.

        Parameters
        ----------
        width : columns to write in
        ascii : whether signs are to be plain letters
        """
        from chainrule.writers.text import plain

        width, ascii = checks.width(width), checks.truth(ascii, "ascii")
        lines = [self.verdict]
        for finding in self.findings:
            lines += [
                "",
                f"{finding.place}: {finding.kind} ({finding.sure})",
                f"  {_short(finding.equation)}",
            ]
            lines.append(f"  {_sentence(finding)}")
        lines += ["", self.read]
        lines += [f"  {_place(each)}: {_short(each.text)}" for each in self.unread[:LISTED]]
        if len(self.unread) > LISTED:
            lines.append(f"  and {len(self.unread) - LISTED} more")
        lines += self.notes
        text = "\n".join(part for line in lines for part in _wrapped(line, width))
        return plain(text) if ascii else text

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"Proof  {self.verdict}"

    def to_dict(self) -> dict[str, Any]:
        """The report as what JSON can hold."""
        return {
            "right": self.right,
            "verdict": self.verdict,
            "findings": [asdict(finding) for finding in self.findings],
            "equations": self.equations,
            "counted": self.counted,
            "unread": [asdict(each) for each in self.unread],
            "notes": list(self.notes),
        }


def _place(each: Unread) -> str:
    return f"cell {each.cell}, line {each.line}" if each.cell else f"line {each.line}"


def _sentence(finding: Finding) -> str:
    said = f"{_short(finding.stands)} should be {_short(finding.should)}"
    return f"{said}: {finding.told}" if finding.told else said


def _short(text: str) -> str:
    """A long equation by its beginning and its end."""
    text = " ".join(text.split())
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST * 2 // 3]} … {text[-LONGEST // 4 :]}"


def _wrapped(line: str, width: int) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.wrap(line, width, subsequent_indent=indent, break_on_hyphens=False) or [""]
