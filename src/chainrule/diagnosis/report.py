"""What a diagnosis found, told."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.diagnosis.finding import Finding, shown
from chainrule.utils import checks

MOST = 3  # findings


@dataclass(frozen=True, repr=False)
class Diagnosis(Sequence[Finding]):
    """What was found, causes before what follows from them; printed, each with its number, its rows and its fix.

    Parameters
    ----------
    findings : at most three
    looked_at : what was looked at, in words
    dismissed : names of what was found and let go, since no fix of it helped
    """

    findings: tuple[Finding, ...]
    looked_at: str
    dismissed: tuple[str, ...] = ()

    def __getitem__(self, place: Any) -> Any:
        return self.findings[place]

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    @property
    def names(self) -> list[str]:
        """Those of the findings."""
        return [finding.name for finding in self.findings]

    @property
    def verdict(self) -> str:
        """The first finding in a sentence, or that there is none."""
        if not self.findings:
            return "Nothing is found to be wrong."
        return self.findings[0].sentence

    def to_text(self, *, width: int = 80, ascii: bool = False) -> str:
        """The diagnosis in plain text.

        Parameters
        ----------
        width : columns to write in
        ascii : whether signs are to be plain letters
        """
        from chainrule.writers.text import plain

        width, ascii = checks.width(width), checks.truth(ascii, "ascii")
        lines: list[str] = [] if self.findings else [self.verdict]
        for number, finding in enumerate(self.findings, 1):
            lines += [*_told(number, finding, width), ""]
        lines += textwrap.wrap(self.looked_at, width)
        if self.dismissed:
            words = ", ".join(name.replace("_", " ") for name in self.dismissed)
            lines += textwrap.wrap(f"Looked like it, but no fix of it helped: {words}.", width)
        text = "\n".join(lines)
        return plain(text) if ascii else text

    def to_dict(self) -> dict[str, Any]:
        """The diagnosis as what JSON can hold."""
        return {
            "verdict": self.verdict,
            "findings": [finding.to_dict() for finding in self.findings],
            "looked_at": self.looked_at,
            "dismissed": list(self.dismissed),
        }

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        from chainrule.plots import shown

        return shown(str(self))

    def __repr__(self) -> str:
        return f"Diagnosis({', '.join(self.names) or 'nothing found'})"


def _told(number: int, finding: Finding, width: int) -> list[str]:
    """A finding: its name, what is wrong, the number beside its threshold, where, what to do, what that did."""
    kind = f"{'warning, ' if finding.warning else ''}{finding.stage}"
    limit = "" if abs(finding.threshold) == float("inf") else f" (threshold {shown(finding.threshold)})"
    parts = [
        ("", finding.sentence),
        ("number", f"{finding.measure}: {shown(finding.number)}{limit}"),
        ("where", finding.concerned),
        ("do", finding.fix),
        ("trial", "" if finding.trial is None else str(finding.trial)),
    ]
    lines = [f"{number}. {finding.title}  [{kind}]"]
    for label, text in parts:
        if text:
            head = f"   {label:<8}" if label else "   "
            lines += textwrap.wrap(
                text, width, initial_indent=head, subsequent_indent=" " * len(head), break_long_words=False
            )
    return lines
