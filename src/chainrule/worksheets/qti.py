"""Worksheets as QTI 2.1: a package with an item for each sheet, which marks its blanks and says where to look.

Source: IMS Question & Test Interoperability 2.1 (2012), Assessment Test, Section, and Item Information Model
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chainrule.check import CATALOGUE
from chainrule.notation import numeral
from chainrule.utils.archives import packed
from chainrule.worksheets.blanks import Index
from chainrule.worksheets.body import Body, xml_text
from chainrule.worksheets.marking import Interval, Marking, markings
from chainrule.worksheets.sheet import Worksheet

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMAS = "http://www.imsglobal.org/xsd/qti/qtiv2p1"
RIGHT, OTHER = "right", "other"  # what is said of a blank, beside the names of mistakes


def write_qti(sheets: Sequence[Worksheet], with_keys: bool) -> bytes:
    """Write worksheets as a QTI package.

    Parameters
    ----------
    sheets : the worksheets
    with_keys : whether the keys, counted out, stand in the items for those who score
    """
    items = {f"sheet-{sheet.number}.xml": _Item(sheet).written(with_keys) for sheet in sheets}
    return packed({"imsmanifest.xml": _manifest(list(items)), **items})


def _manifest(names: Sequence[str]) -> str:
    resources = "\n".join(
        f'<resource identifier="{name.removesuffix(".xml")}" type="imsqti_item_xmlv2p1" href="{name}">'
        f'<file href="{name}"/></resource>'
        for name in names
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest xmlns="{PACKAGE}" xmlns:xsi="{INSTANCE}" '
        f'xsi:schemaLocation="{PACKAGE} {SCHEMAS}/qtiv2p1_imscpv1p2_v1p0.xsd" identifier="worksheets">\n'
        "<metadata><schema>QTIv2.1 Package</schema><schemaversion>1.0.0</schemaversion></metadata>\n"
        f"<organizations/>\n<resources>\n{resources}\n</resources>\n</manifest>\n"
    )


class _Item:
    """A sheet as an item: the response of blank n is R<n>, and what is said of it F<n>."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet
        self._marks = list(enumerate(markings(sheet), 1))
        self._numbers = {(mark.name, mark.index): n for n, mark in self._marks}

    def written(self, with_keys: bool) -> str:
        sheet = self._sheet
        title = ", ".join(filter(None, [sheet.title, sheet.seed_line]))
        parts = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<assessmentItem xmlns="{QTI}" xmlns:xsi="{INSTANCE}" xsi:schemaLocation="{QTI} '
            f'{SCHEMAS}/imsqti_v2p1.xsd" identifier="sheet-{sheet.number}" title="{xml_text(title)}" '
            'adaptive="false" timeDependent="false" xml:lang="en" toolName="chainrule">',
            *(_response(n, mark) for n, mark in self._marks),
            _outcome("SCORE", 0),
            _outcome("MAXSCORE", len(self._marks)),
            *(_said(n) for n, _ in self._marks),
            "<itemBody>",
            Body(sheet.tasks, self._blank).written(),
            *(self._key() if with_keys else []),
            "</itemBody>",
            "<responseProcessing>",
            *(_processing(n, mark) for n, mark in self._marks),
            "</responseProcessing>",
            "</assessmentItem>\n",
        ]
        return "\n".join(parts)

    def _key(self) -> Iterator[str]:
        yield '<rubricBlock view="scorer tutor">'
        yield Body(self._sheet.key_page, lambda name, index: "").written()
        yield "</rubricBlock>"

    def _blank(self, name: str, index: Index) -> str:
        """A field, and behind it what is said of it."""
        n = self._numbers[name, index]
        mark = self._marks[n - 1][1]
        told = {RIGHT: "right", OTHER: "not right yet"} | {
            mistake: f"not right yet: {CATALOGUE[mistake].hint}" for mistake in _mistakes(mark)
        }
        said = "".join(
            f'<feedbackInline outcomeIdentifier="F{n}" identifier="{kind}" showHide="show"> {xml_text(text)}'
            "</feedbackInline>"
            for kind, text in told.items()
        )
        label = xml_text(mark.label)
        return f'<textEntryInteraction responseIdentifier="R{n}" expectedLength="10" label="{label}"/>{said}'


def _mistakes(mark: Marking) -> dict[str, list[Interval]]:
    """The wrong numbers by the mistakes that make them."""
    found: dict[str, list[Interval]] = {}
    for wrong in mark.wrong:
        found.setdefault(wrong.mistake, []).append(wrong.interval)
    return found


def _response(n: int, mark: Marking) -> str:
    return (
        f'<responseDeclaration identifier="R{n}" cardinality="single" baseType="float"><correctResponse>'
        f"<value>{numeral(mark.right[0].number)}</value></correctResponse></responseDeclaration>"
    )


def _outcome(name: str, value: int) -> str:
    return (
        f'<outcomeDeclaration identifier="{name}" cardinality="single" baseType="float"><defaultValue>'
        f"<value>{value}</value></defaultValue></outcomeDeclaration>"
    )


def _said(n: int) -> str:
    return f'<outcomeDeclaration identifier="F{n}" cardinality="single" baseType="identifier"/>'


def _processing(n: int, mark: Marking) -> str:
    """Nothing is said of an empty blank; of another one whether it is right, or which mistake makes it."""
    score = (
        '<setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/>'
        '<baseValue baseType="float">1</baseValue></sum></setOutcomeValue>'
    )
    cases = "\n".join(
        f"<responseElseIf>{_any(n, intervals)}{_say(n, mistake)}</responseElseIf>"
        for mistake, intervals in _mistakes(mark).items()
    )
    return (
        f'<responseCondition>\n<responseIf><not><isNull><variable identifier="R{n}"/></isNull></not>\n'
        f"<responseCondition>\n<responseIf>{_any(n, mark.right)}{score}{_say(n, RIGHT)}</responseIf>\n{cases}\n"
        f"<responseElse>{_say(n, OTHER)}</responseElse>\n</responseCondition>\n</responseIf>\n</responseCondition>"
    )


def _any(n: int, intervals: Sequence[Interval]) -> str:
    tests = "".join(_within(n, each) for each in intervals)
    return tests if len(intervals) == 1 else f"<or>{tests}</or>"


def _within(n: int, interval: Interval) -> str:
    """Whether a response is written as a number; the tolerances are those below and above it."""
    number = interval.number
    tolerance = f"{numeral(number - interval.low)} {numeral(interval.high - number)}"
    return (
        f'<equal toleranceMode="absolute" tolerance="{tolerance}"><baseValue baseType="float">{numeral(number)}'
        f'</baseValue><variable identifier="R{n}"/></equal>'
    )


def _say(n: int, what: str) -> str:
    return f'<setOutcomeValue identifier="F{n}"><baseValue baseType="identifier">{what}</baseValue></setOutcomeValue>'
