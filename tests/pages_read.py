"""What each format of a page says of each quantity: its formula and its numbers, read apart from the writers."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.notation import ascii_math, display, formula, latex_formula
from reader import half_unit, rounds_to


def check_every_format(explanation: Any) -> None:
    """Every line is told in every format, in its place, with its formula and its numbers."""
    lines = [line for _, steps in explanation.sections for step in steps for line in step.lines]
    names = [line.name for line in lines]
    formats = {
        "text": dict(zip(names, _of_text(str(explanation), names), strict=True)),
        "markdown": dict(zip(names, _of_markdown(explanation.to_markdown()), strict=True)),
        "latex": dict(zip(names, _of_latex(explanation.to_latex()), strict=True)),
        "html": dict(zip(names, _of_html(explanation.to_html()), strict=True)),
    }
    data = {
        line["name"]: line
        for section in explanation.to_dict()["sections"]
        for step in section["steps"]
        for line in step["lines"]
    }
    assert list(data) == names
    for line in lines:
        value = explanation.values[line.name]
        np.testing.assert_array_equal(np.asarray(data[line.name]["value"], float), np.asarray(value, float))
        assert data[line.name]["formula"] == formula(line.rule)
        for of, told in formats.items():
            _check_formulas(of, told[line.name], line)
            _check_numbers(of, told[line.name], line.name, value)


def check_every_tree(why: Any) -> None:
    """Every entry of a derivation is told in every format, in its place, with its formula, numbers and remarks."""
    entries = list(_entries(why))
    names = [entry.entry for entry in entries]
    text = str(why)
    formats = {
        "text": _of_tree(text, names),
        "markdown": re.split(r"^ *- (?=\$)", why.to_markdown(), flags=re.M)[1:],
        "latex": re.findall(r"\\begin\{align\*\}\n(.*?)\n\\end", why.to_latex(), re.S)[0].split(" \\\\\n"),
        "html": why.to_html().split("<li")[1:],
    }
    data = list(_data(why.to_dict()))
    assert [entry["entry"] for entry in data] == names
    for of, pieces in formats.items():
        assert len(pieces) == len(entries), of
        for entry, told in zip(entries, pieces, strict=True):
            _check_entry(of, told, entry, entry is why)
    for entry, told in zip(entries, data, strict=True):
        assert told["value"] == entry.value or told["value"] == str(entry.value)
        assert (told.get("formula", ""), told.get("numbers", "")) == (entry.formula, entry.numbers)
    whole = [text, why.to_markdown(), why.to_latex(), _shown(why.to_html())]
    if why.cut is not None:
        assert all(f"Ask for depth {why.cut + 1}" in " ".join(page.split()) for page in whole)
    if why.nudge is not None and why.nudge.slope is not None:
        numerals = [_numerals(page) for page in whole]
        assert all(any(_is(abs(why.nudge.slope), n, False) for n in found) for found in numerals)


def _check_entry(of: str, told: str, entry: Any, is_root: bool) -> None:
    """The value, the rule by names and with numbers, and what is said beside them."""
    numerals = _numerals(_shown(told) if of == "html" else told)
    single = entry.record.results[entry.name].dtype == np.float32 if entry.index else False
    if np.isfinite(entry.value):
        assert any(_is(abs(entry.value), text, single) for text in numerals), (of, entry.entry, told)
    assert set(map(float, _numerals(entry.numbers))) <= set(map(float, numerals)), (
        of,
        entry.entry,
        entry.numbers,
        told,
    )
    if of == "text":
        assert all(f"{sign}{side}".replace(" ", "") in re.sub(r"[\s│]", "", told)
                   for sign, side in (("=", entry.formula), (entry.relation, entry.numbers)) if side)  # fmt: skip
    elif of == "html":
        sides = (("=", entry.formula), (entry.relation, entry.numbers))
        labels = [html.escape(f"{entry.entry} {sign} {side}") for sign, side in sides if side]
        assert all(f'aria-label="{label}"' in told for label in labels), (labels, told)
    elif entry.rule is not None and "the other" not in entry.formula:
        written = latex_formula(entry.rule)
        pieces = re.sub(r"\$\s+\$|\\hspace\{[^}]*\}", "", told)
        assert any(form in _bare(pieces) for form in _forms(of, written)), (of, written, told)
    said = " ".join(filter(None, [entry.kind, entry.note]))
    if entry.nudge is not None and not is_root:
        said += f" nudge {entry.nudge.finding}"
    words = set(re.findall(r"[A-Za-z]{2,}", said))
    assert words <= set(re.findall(r"[A-Za-z]{2,}", _shown(told) if of == "html" else told)), (of, said, told)


def _entries(why: Any) -> Iterator[Any]:
    yield why
    for part in why.parts:
        yield from _entries(part)


def _data(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield told
    for part in told["parts"]:
        yield from _data(part)


def _starts(text: str, names: list[str], patterns: list[str]) -> list[int]:
    """Where each of some names is told, one after the other."""
    starts, at = [], 0
    for name, pattern in zip(names, patterns, strict=True):
        found = re.compile(pattern, re.M).search(text, at)
        assert found is not None, f"{name} is not told, or not in its place"
        starts.append(found.start())
        at = found.end()
    return starts


def _of_tree(text: str, names: list[str]) -> list[str]:
    starts = _starts(text, names, [rf"^[ │├└─]*{re.escape(name)} = " for name in names])
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _check_formulas(of: str, told: str, line: Any) -> None:
    for form in (line.chain, None if line.obvious else line.rule):
        if form is None:
            continue
        if of == "html":  # a screen reader's label holds the equation in one piece
            label = html.escape(f"{display(line.name)} = {formula(form)}")
            assert f'aria-label="{label}"' in told, (line.name, label, told)
            continue
        written = formula(form) if of == "text" else latex_formula(form)
        # A remark at the right stands within a formula of several lines.
        found = any(form in _bare(told) for form in _forms(of, written))
        assert found or line.note or line.chain, (of, line.name, written, told)


def _forms(of: str, written: str) -> tuple[str, str]:
    """How a formula may stand on a page: a root that is too wide for a line is a power over several."""
    wanted = _bare(ascii_math(written) if of == "latex" else written)
    return wanted, re.sub(r"^\\sqrt\{(.*)\}$", r"(\1)^{1/2}", wanted)


def _check_numbers(of: str, told: str, name: str, value: Any) -> None:
    """The corners of an array, which are always shown, and all of a small one."""
    array = np.atleast_2d(np.asarray(value, float))
    shown = array.ravel() if max(array.shape) <= 3 else array[[0, 0, -1, -1], [0, -1, 0, -1]]
    numerals = _numerals(_shown(told) if of == "html" else told)
    single = np.asarray(value).dtype == np.float32
    for number in np.abs(shown):
        assert any(_is(number, text, single) for text in numerals), (of, name, number, told)


def _is(number: float, text: str, single: bool) -> bool:
    """Whether a number is printed so; one in float32 is rounded from its shortest digits."""
    if single and abs(number - float(text)) <= half_unit(text) + 6e-8 * number:
        return True
    return rounds_to(number, text) is not False


def _numerals(told: str) -> set[str]:
    """The numbers on a piece of a page, without their signs; 4.28 × 10^-7 is 4.28e-7."""
    told = re.sub(r"([\d.]+)\s*(?:\\times|×)\s*10[\s^{]*(-?)\s*(\d+)", r"\1e\2\3 \g<0>", told)
    return set(re.findall(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?", told))


def _bare(told: str) -> str:
    """A formula without what only places it: spaces, line ends, brackets that are as high as what they hold."""
    told = re.sub(r"\\tag\*?\{[^}]*\}", "", told).replace(r"\lt ", "<").replace(r"\gt ", ">")
    told = re.sub(
        r"\\(?:left|right|biggl|biggr|bigl|bigr|big|thinspace|qquad|cr|,|;|!| |\\\*?)|[&\s]|\{\}", "", told
    )
    return told


def _of_text(text: str, names: list[str]) -> list[str]:
    """From the line before a quantity's own, since tall matrices begin above it, to the next quantity's."""
    told = [rf"^ +(?:\d+\.\d+ +)?{re.escape(display(name))} [=≈]" for name in names]
    starts = _starts(text, names, told)
    before = [0, *starts]
    return [text[before[i] : (*starts, len(text))[i + 1]] for i in range(len(names))]


def _of_markdown(text: str) -> list[str]:
    return re.findall(r"\$\$\n(.*?)\n\$\$", text, re.S)


def _of_latex(text: str) -> list[str]:
    tables = re.findall(r"\\begin\{align\*\}\n(.*?)\n\\end\{align\*\}", text, re.S)
    return [line for table in tables for line in table.split(" \\\\[5pt]\n")]


def _of_html(text: str) -> list[str]:
    """The rows of each quantity."""
    return [piece.partition("</div>")[0] for piece in text.split('<span class="cr-number cr-first">')[1:]]


def _shown(rows: str) -> str:
    """What a browser shows: neither tags nor the labels in them."""
    return html.unescape(re.sub(r"<[^>]*>", " ", rows)).replace("−", "-")
