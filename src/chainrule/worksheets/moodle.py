"""Worksheets for Moodle: a file of its XML with a Cloze question for each sheet.

A blank is ``{1:NUMERICAL:=0.857:0.0005#right~%0%1.37:0.005#hint}``: the right number with half a unit of its last
digit, and what mistakes make of it, without marks and with a hint.

Source: Moodle Docs, "Embedded Answers (Cloze) question type" and "Moodle XML format"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chainrule.notation import numeral
from chainrule.worksheets.body import Body, xml_text
from chainrule.worksheets.marking import Interval, Marking, markings
from chainrule.worksheets.sheet import Worksheet

# Signs by which Cloze and filters for formulas know what is theirs; as references they are signs like others.
_SIGNS = str.maketrans({sign: f"&#{ord(sign)};" for sign in "{}~\\$"})


def write_moodle(sheets: Sequence[Worksheet], with_keys: bool) -> str:
    """Write worksheets as Moodle XML.

    Parameters
    ----------
    sheets : the worksheets
    with_keys : whether the keys are shown, counted out, to whoever has answered
    """
    questions = "\n".join(_question(sheet, with_keys) for sheet in sheets)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{_category(sheets[0])}\n{questions}\n</quiz>'


def _category(sheet: Worksheet) -> str:
    """Where the questions go: the name of the network, and by what its numbers were drawn."""
    title = sheet.record.network.title()
    name = ", ".join(filter(None, [f"Worksheets {title}", sheet.seed_line])).replace("/", "//")
    return (
        '<question type="category">\n<category><text>$course$/top/'
        f"{xml_text(name)}</text></category>\n</question>"
    )


def _question(sheet: Worksheet, with_keys: bool) -> str:
    blanks = {(mark.name, mark.index): _blank(mark) for mark in markings(sheet)}
    body = Body(sheet.tasks, lambda name, index: blanks[name, index], _safe).written()
    key = Body(sheet.key_page, lambda name, index: "", _safe).written() if with_keys else ""
    name = ", ".join(filter(None, [sheet.title, sheet.seed_line]))
    return (
        f'<question type="cloze">\n<name><text>{xml_text(name)}</text></name>\n'
        f'<questiontext format="html"><text><![CDATA[{body}]]></text></questiontext>\n'
        f'<generalfeedback format="html"><text><![CDATA[{key}]]></text></generalfeedback>\n'
        "<penalty>0.3333333</penalty>\n<hidden>0</hidden>\n</question>"
    )


def _safe(html: str) -> str:
    """HTML in which no sign begins a blank or a formula."""
    return html.translate(_SIGNS)


def _blank(mark: Marking) -> str:
    key, *others = mark.right
    answers = [f"={answer}#right" for answer in _answers(key)]
    answers += [
        f"={answer}#right, with all digits carried on" for other in others for answer in _answers(other)
    ]
    answers += [
        f"%0%{answer}#{_feedback(wrong.hint)}" for wrong in mark.wrong for answer in _answers(wrong.interval)
    ]
    return f"{{1:NUMERICAL:{'~'.join(answers)}}}"


def _answers(interval: Interval) -> Iterator[str]:
    """An interval as numbers with tolerances: two where its ends are not equally far."""
    number = interval.number
    below, above = number - interval.low, interval.high - number
    near, far = min(below, above), max(below, above)
    yield f"{numeral(number)}:{numeral(near)}"
    if near < far:
        start, end = (number + near, interval.high) if above > below else (interval.low, number - near)
        yield f"{numeral((start + end) / 2)}:{numeral((end - start) / 2)}"


def _feedback(text: str) -> str:
    """Text as HTML, which Moodle decodes once more."""
    return xml_text(xml_text(text)).translate(_SIGNS)
