"""What each format of a page says of each quantity: its formula and its numbers, read apart from the writers."""

from __future__ import annotations

import html
import re
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


def _check_formulas(of: str, told: str, line: Any) -> None:
    for form in (line.chain, None if line.obvious else line.rule):
        if form is None:
            continue
        if of == "html":  # a screen reader's label holds the equation in one piece
            label = html.escape(f"{display(line.name)} = {formula(form)}")
            assert f'aria-label="{label}"' in told, (line.name, label, told)
            continue
        written = formula(form) if of == "text" else latex_formula(form)
        wanted = _bare(ascii_math(written) if of == "latex" else written)
        # A root that is too wide for a line is a power over several.
        over_lines = re.sub(r"^\\sqrt\{(.*)\}$", r"(\1)^{1/2}", wanted)
        # A remark at the right stands within a formula of several lines.
        found = any(form in _bare(told) for form in (wanted, over_lines))
        assert found or line.note or line.chain, (of, line.name, wanted, told)


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
    starts, at = [], 0
    for name in names:
        found = re.compile(rf"^ +(?:\d+\.\d+ +)?{re.escape(display(name))} [=≈]", re.M).search(text, at)
        assert found is not None, f"{name} is not told, or not in its place"
        starts.append(found.start())
        at = found.end()
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
