"""Cloze questions read and graded as Moodle does it: its grammar restated, and stricter where it would let pass.

Source: Moodle, question/type/multianswer/questiontype.php (what a blank is), question/type/numerical/question.php (the
first answer within its tolerance counts), question/format/xml/format.php (what an import reads)
"""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

KINDS = (
    "NUMERICAL|NM|MULTICHOICE|MC|MULTICHOICE_V|MCV|MULTICHOICE_H|MCH|SHORTANSWER|SA|MW|SHORTANSWER_C|SAC|MWC|"
    "MULTICHOICE_S|MCS|MULTICHOICE_VS|MCVS|MULTICHOICE_HS|MCHS|MULTIRESPONSE|MR|MULTIRESPONSE_H|MRH|MULTIRESPONSE_S|"
    "MRS|MULTIRESPONSE_HS|MRHS"
)
FRACTION = r"=|%(?:-?[0-9]+(?:[.,][0-9]*)?)%"
ANSWER = r".+?(?<!\\)(?<!&)(?<!&amp;)(?=[~#}]|$)"
FEEDBACK = r".*?(?<!\\)(?=[~}]|$)"
ALTERNATIVE = f"(?:{FRACTION})?(?:{ANSWER})(?:#(?:{FEEDBACK}))?"
BLANK = re.compile(rf"\{{([0-9]*):({KINDS}):({ALTERNATIVE}(?:~{ALTERNATIVE})*)\}}", re.S)
ONE = re.compile(rf"~?({FRACTION})?({ANSWER})(?:#({FEEDBACK}))?", re.S)
NUMBER = r"-?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?"
NUMERICAL = re.compile(rf"({NUMBER})(?::({NUMBER}))?")
PRECISION = 14  # digits in which PHP compares


@dataclass(frozen=True)
class Answer:
    """A number with its tolerance, the part of the marks that it gets, and what is said of it, as HTML."""

    number: float
    tolerance: float
    fraction: float
    feedback: str


@dataclass(frozen=True)
class Blank:
    """A numerical question within a text."""

    answers: tuple[Answer, ...]

    def graded(self, response: float) -> tuple[float, str]:
        """The part of the marks, and the feedback: those of the first answer that is near enough."""
        for answer in self.answers:
            near = answer.tolerance + 10**-PRECISION * max(1, abs(answer.number))
            if answer.number - near <= response <= answer.number + near:
                return answer.fraction, answer.feedback
        return 0.0, ""


@dataclass(frozen=True)
class Cloze:
    """A question: its text, in which blank n is ``{#n}``, its blanks, and what is told at its end."""

    name: str
    text: str
    blanks: tuple[Blank, ...]
    told: str


def read(xml: str) -> tuple[str, list[Cloze]]:
    """The category of a file, and its questions."""
    quiz = ET.fromstring(xml.encode())
    assert quiz.tag == "quiz"
    category, *questions = quiz
    assert category.attrib == {"type": "category"}
    return _text(category, "category"), [_question(question) for question in questions]


def _text(question: ET.Element, tag: str) -> str:
    (found,) = question.findall(tag)
    (text,) = found
    assert text.tag == "text"
    assert len(text) == 0
    return text.text or ""


def _question(question: ET.Element) -> Cloze:
    assert question.attrib == {"type": "cloze"}
    for tag in ("questiontext", "generalfeedback"):
        (found,) = question.findall(tag)
        assert found.attrib == {"format": "html"}
    text, blanks = _text(question, "questiontext"), []
    assert "{#" not in text
    while found_blank := BLANK.search(text):
        marks, kind, alternatives = found_blank.groups()
        assert (marks, kind) == ("1", "NUMERICAL")
        blanks.append(_blank(alternatives))
        text = text.replace(found_blank[0], f"{{#{len(blanks)}}}", 1)
    rest = re.sub(r"\{#[0-9]+\}", "", text)
    assert not set("{}~\\") & set(rest), "no sign of a blank is left"
    well_formed(text)
    told = _text(question, "generalfeedback")
    well_formed(told)
    return Cloze(_text(question, "name"), text, tuple(blanks), told)


def _blank(alternatives: str) -> Blank:
    answers, place = [], 0
    while place < len(alternatives):
        found = ONE.match(alternatives, place)
        assert found is not None, alternatives[place:]
        place = found.end()
        fraction, answer, feedback = found.groups()
        number = NUMERICAL.fullmatch(answer)
        assert number is not None, f"{answer} would be taken as text"
        part = 1.0 if fraction == "=" else float((fraction or "%0%").strip("%").replace(",", ".")) / 100
        said = html.unescape(feedback or "").replace(r"\}", "}").replace(r"\#", "#")
        well_formed(said)
        answers.append(Answer(float(number[1]), float(number[2] or 0), part, said))
    assert answers[0].fraction == 1, "what is shown as the right answer"
    assert {answer.fraction for answer in answers} <= {0, 1}
    return Blank(tuple(answers))


def well_formed(page: str) -> ET.Element:
    """A piece of HTML whose tags all close, of elements that show text alone."""
    root = ET.fromstring(f"<div>{page}</div>")
    tags = {element.tag.rpartition("}")[2] for element in root.iter() if "MathML" not in element.tag}
    assert tags <= {"div", "p", "h4", "strong", "br", "table", "tbody", "tr", "td"}, tags
    return root
