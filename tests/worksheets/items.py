"""QTI items read and run: the few of its expressions and rules that worksheets have, by the words of its specification.

Source: IMS QTI 2.1 Information Model: `equal` holds where the second number lies within the tolerances around the first
"""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

QTI = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"
PACKAGE = "{http://www.imsglobal.org/xsd/imscp_v1p1}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
# The order of what an item consists of, and what its body may consist of here.
ORDER = ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing"]
BODY = {
    "p",
    "h4",
    "strong",
    "br",
    "table",
    "tbody",
    "tr",
    "td",
    "rubricBlock",
    "textEntryInteraction",
    "feedbackInline",
}


class Item:
    """An item: its fields, and what its processing makes of responses."""

    def __init__(self, xml: bytes) -> None:
        self.root = ET.fromstring(xml)
        assert self.root.tag == f"{QTI}assessmentItem"
        assert {"identifier", "title", "adaptive", "timeDependent"} <= set(self.root.attrib)
        tags = [_tag(child) for child in self.root]
        assert list(dict.fromkeys(tags)) == ORDER
        self.defaults, self.correct = {}, {}
        for declared in self.root:
            if _tag(declared) in ORDER[:2]:
                assert declared.attrib["cardinality"] == "single"
                value = declared.find(f"./*/{QTI}value")
                name = declared.attrib["identifier"]
                assert name not in self.defaults
                self.defaults[name] = None
                if _tag(declared) == "responseDeclaration":
                    assert declared.attrib["baseType"] == "float"
                    assert value is not None
                    self.correct[name] = float(value.text or "")
                elif value is not None:
                    self.defaults[name] = float(value.text or "")
        self.body = self.root.find(f"{QTI}itemBody")
        assert self.body is not None
        self.fields = [
            field.attrib["responseIdentifier"] for field in self.body.iter(f"{QTI}textEntryInteraction")
        ]
        assert self.fields == list(self.correct)
        self.feedback = list(self._feedback())
        assert {_tag(e) for e in self.body.iter() if MATHML not in e.tag} <= BODY | {"itemBody"}
        assert all(isinstance(e.tag, str) and e.tag.startswith((QTI, MATHML)) for e in self.root.iter())

    def _feedback(self) -> Iterator[tuple[str, str, str, str]]:
        """What may be shown behind each field: the field, the outcome and its value where it is shown, the text."""
        for parent in self.body.iter():  # type: ignore[union-attr]
            field = None
            for child in parent:
                if _tag(child) == "textEntryInteraction":
                    field = child.attrib["responseIdentifier"]
                elif _tag(child) == "feedbackInline":
                    assert field is not None
                    assert child.attrib["showHide"] == "show"
                    text = "".join(child.itertext())
                    yield field, child.attrib["outcomeIdentifier"], child.attrib["identifier"], text

    def run(self, responses: Mapping[str, float]) -> tuple[float, dict[str, str]]:
        """The score, and what is shown behind each field.

        Parameters
        ----------
        responses : by the fields' names; one that is left out is empty
        """
        state = {**self.defaults, **responses}
        assert set(state) == set(self.defaults)
        for rule in self.root.iterfind(f"{QTI}responseProcessing/*"):
            _follow(rule, state)
        shown = dict.fromkeys(self.fields, "")
        for field, outcome, identifier, text in self.feedback:
            if state[outcome] == identifier:
                shown[field] += text
        return float(state["SCORE"]), shown


def unpacked(package: bytes) -> list[Item]:
    """The items of a package, in the order of its manifest, which tells all of its files."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[0] == "imsmanifest.xml"
        manifest = ET.fromstring(archive.read(names[0]))
        assert [_tag(child) for child in manifest] == ["metadata", "organizations", "resources"]
        resources = list(manifest.iter(f"{PACKAGE}resource"))
        assert {each.attrib["type"] for each in resources} == {"imsqti_item_xmlv2p1"}
        hrefs = [each.attrib["href"] for each in resources]
        assert hrefs == [file.attrib["href"] for file in manifest.iter(f"{PACKAGE}file")] == names[1:]
        return [Item(archive.read(name)) for name in hrefs]


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _follow(rule: ET.Element, state: dict[str, Any]) -> None:
    if _tag(rule) == "setOutcomeValue":
        (expression,) = rule
        assert rule.attrib["identifier"] in state
        state[rule.attrib["identifier"]] = _value(expression, state)
        return
    assert _tag(rule) == "responseCondition", rule.tag
    kinds = [_tag(branch) for branch in rule]
    assert kinds[0] == "responseIf"
    assert set(kinds[1:-1]) <= {"responseElseIf"}
    for branch in rule:
        condition, rules = (
            (None, list(branch)) if _tag(branch) == "responseElse" else (branch[0], list(branch)[1:])
        )
        if condition is None or _value(condition, state) is True:
            for each in rules:
                _follow(each, state)
            return


def _value(expression: ET.Element, state: Mapping[str, Any]) -> Any:
    """An expression's value; None stands for NULL."""
    kind = _tag(expression)
    if kind == "variable":
        return state[expression.attrib["identifier"]]
    if kind == "baseValue":
        text = expression.text or ""
        return float(text) if expression.attrib["baseType"] == "float" else text
    values = [_value(each, state) for each in expression]
    if kind == "isNull":
        return values[0] is None
    if kind == "not":
        return not values[0]
    if kind == "or":
        return any(value is True for value in values)
    if kind == "sum":
        return sum(values)
    assert kind == "equal", kind
    assert expression.attrib["toleranceMode"] == "absolute"
    below, above = map(float, expression.attrib["tolerance"].split())
    first, second = values
    return None if None in values else first - below <= second <= first + above
