"""A page proof-read: its equations counted again, and its names held against each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chainrule.check.proofreading.chains import Chain, Reader, Side
from chainrule.check.proofreading.judging import Verdict, judge
from chainrule.check.proofreading.ledger import Ledger
from chainrule.check.proofreading.names import Names
from chainrule.check.proofreading.naming import put_in, said_again, told_once, without
from chainrule.check.proofreading.pages import page_lines
from chainrule.check.proofreading.proof import Finding, Proof, Unread
from chainrule.check.proofreading.slips import slip
from chainrule.check.proofreading.tokens import decimal_comma
from chainrule.check.proofreading.tree import calls

_DECIMALS = re.compile(r"\d[.,]\d")
_NUMBERS = re.compile(r"[^a-zA-Z]*\d[^a-zA-Z]*")
MOST = 20_000  # equations of a page that are counted


def proofread(page: str | Path, format: str | None = None) -> Proof:
    """Proof-read a page that works numbers by hand: every equation is counted again with its printed digits.

    A printed number stands for all that rounds to it; numbers that are given are exact. What follows from a formula's
    numbers is held against what is printed, and what a name is said to be in one place against the other places.

    Parameters
    ----------
    page : the path of a file (text, Markdown, LaTeX, HTML, a notebook), or its text, which has an = or lines
    format : "text", "markdown", "latex", "html" or "notebook"; unless given, by the file's ending or by what is in it

    Returns
    -------
    Proof
        its `findings`, and `str` of it the report

    Raises
    ------
    FileError, InputError, KindError

    Examples
    --------
    >>> import chainrule as cr
    >>> print(cr.proofread("z = 0.15*0.05 + 0.2*0.1 + 0.35 = 0.3757"))
    1 thing is not right.
    <BLANKLINE>
    line 1: swapped digits (likely)
      z = 0.15*0.05 + 0.2*0.1 + 0.35 = 0.3757
      0.3757 should be 0.3775: two digits are exchanged
    <BLANKLINE>
    1 equation read, 1 result counted again.
    """
    text, lines = page_lines(page, format)
    comma = decimal_comma(text)
    every = Reader(comma).read(lines)
    equations = sum(len(chain.sides) - 1 for chain in every)
    chains = _first(every)
    reading = _judged(chains, strict=True)
    if _rounds_what_it_is_given(reading.verdicts):
        reading = _judged(chains, strict=False)
    findings = _findings(chains, reading)
    notes = ["Decimals stand after a comma here."] if comma else []
    if equations > MOST:
        notes.append(f"Only its first {MOST:,} equations were counted again, of {equations:,}.")
    if not reading.ledger.strict:
        notes.append(
            "Its given numbers were taken as rounded: as exact ones they give other results than are printed."
        )
    ordered = sorted(findings, key=lambda each: (each.cell, each.line))
    return _proof(chains, reading, ordered, notes)


def _first(chains: list[Chain]) -> list[Chain]:
    """Those with the first equations of a page; a chain of n sides has n - 1."""
    left, kept = MOST, []
    for chain in chains:
        if left <= 0:
            break
        chain.sides = chain.sides[: left + 1]
        left -= len(chain.sides) - 1
        kept.append(chain)
    return kept


def _findings(chains: list[Chain], reading: _Reading) -> list[Finding]:
    """What is not right; a number that was put in for a name wrongly is told instead of the result that it spoils."""
    wrong = [(verdict, _finding(chain, verdict, reading.ledger)) for chain, verdict in reading.wrong()]
    names = without(Names.of(chains), [finding for _, finding in wrong])
    strangers = put_in(names, chains)
    spoiled = {id(stranger.side): stranger for stranger in strangers}
    findings = [
        replace(stranger.finding(), sure="sure", told=f"{stranger.finding().told}")
        if (stranger := spoiled.pop(id(verdict.formula), None)) and verdict.state == "wrong"
        else finding
        for verdict, finding in wrong
    ]
    told = {(finding.cell, finding.line) for finding in findings}
    named = [*said_again(names), *told_once([s for s in strangers if id(s.side) in spoiled])]
    return findings + [each for each in dict.fromkeys(named) if (each.cell, each.line) not in told]


@dataclass(frozen=True)
class _Reading:
    """The verdicts of a page, in its order."""

    ledger: Ledger
    verdicts: Sequence[tuple[Chain, Verdict]]

    def wrong(self) -> list[tuple[Chain, Verdict]]:
        """Those that are findings."""
        sure = any(v.state == "right" and "σ" in calls(v.formula.tree) for _, v in self.verdicts)
        found = []
        for chain, verdict in self.verdicts:
            if verdict.state not in ("wrong", "if exact", "cut", "short"):
                continue
            unknown = "σ" in calls(verdict.formula.tree) or "σ" in calls(verdict.result.tree)
            if unknown and not sure and slip(verdict, self.ledger).kind == "wrong":
                continue  # σ may be another function here
            found.append((chain, verdict))
        return found


def _judged(chains: list[Chain], strict: bool) -> _Reading:
    ledger = Ledger.of(chains)
    ledger.strict = strict
    return _Reading(ledger, [(chain, verdict) for chain in chains for verdict in judge(chain, ledger)])


def _rounds_what_it_is_given(verdicts: Sequence[tuple[Chain, Verdict]]) -> bool:
    """Whether many lines are right only if the numbers that they begin with were rounded."""
    failed = sum(verdict.state == "if exact" for _, verdict in verdicts)
    relied = sum(verdict.state == "right" and verdict.relied for _, verdict in verdicts)
    return failed > 1 and 3 * failed > relied


def _finding(chain: Chain, verdict: Verdict, ledger: Ledger) -> Finding:
    found = slip(verdict, ledger)
    sides = [chain.name] if chain.name else []
    sides += [verdict.formula.text, verdict.result.text]
    if verdict.formula is chain.sides[0]:
        sides = sides[-2:]
    side = verdict.formula if found.in_formula else verdict.result
    equation = f"{' = '.join(sides[:-1])} {verdict.result.relation} {sides[-1]}"
    sure = "sure" if verdict.sure else "likely"
    return Finding(side.line, side.cell, found.kind, equation, found.stands, found.should, found.told, sure)


def _proof(chains: list[Chain], reading: _Reading, findings: list[Finding], notes: list[str]) -> Proof:
    equations = [chain for chain in chains if any(map(_has_numbers, chain.sides))]
    unread = [
        Unread(side.line, side.cell, side.text)
        for chain in equations
        if (side := next((s for s in chain.sides if s.tree is None and _has_numbers(s)), None))
    ]
    counted = sum(verdict.state != "not judged" for _, verdict in reading.verdicts)
    return Proof(findings, len(equations), counted, unread, notes)


def _has_numbers(side: Side) -> bool:
    """Whether numbers stand there, and not only in names."""
    if side.tree is None:
        return _DECIMALS.search(side.text) is not None or _NUMBERS.fullmatch(side.text) is not None
    return side.numeric
