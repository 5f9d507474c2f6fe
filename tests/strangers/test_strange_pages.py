"""Pages of strangers for a proof-reading: real ones that were hurt, and nonsense that a grammar makes."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.check.proofreading import FORMATS
from strangers.attack import withstood
from strangers.mutations import mutated, mutated_document, mutated_text

ROOT = Path(__file__).parents[2]
PIECE = 6000  # signs of a real page that are taken at once


@cache
def real() -> tuple[tuple[str, str], ...]:
    """The format and the text of real pages: ours, and what is written of a step."""
    pages = [("markdown", path.read_text(encoding="utf-8")) for path in sorted((ROOT / "docs").glob("*.md"))]
    pages += [
        ("notebook", path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
    ]
    net = cr.worked_example()
    trace = net.trace(net.x, net.y, cr.Momentum(0.1))
    for page in (trace.explain(arithmetic="by_hand", digits=3), trace.explain(), trace.why("dW1[0, 1]")):
        pages += [("text", page.to_text()), ("markdown", page.to_markdown()), ("latex", page.to_latex()),
                  ("html", page.to_html())]  # fmt: skip
    return tuple(pages)


def piece(chance: random.Random) -> tuple[str, str]:
    """A piece of a real page, and what that is written in; a notebook has one or two of its cells."""
    format, text = chance.choice(real())
    if format == "notebook":
        book = json.loads(text)
        at = chance.randrange(len(book["cells"]))
        book["cells"] = book["cells"][at : at + 2]
        for cell in book["cells"]:
            for output in cell.get("outputs", ()):
                output.get("data", {}).pop("image/png", None)
        return format, json.dumps(book)
    at = chance.randrange(max(1, len(text) - PIECE))
    return format, text[at : at + PIECE]


def test_real_pages_that_were_hurt() -> None:
    def case(chance: random.Random) -> None:
        format, text = piece(chance)
        if format == "notebook" and chance.random() < 0.7:
            text = json.dumps(mutated_document(chance, json.loads(text)))
        else:
            text = mutated_text(chance, text)
        proof = cr.proofread(text + "\n=", chance.choice((format, format, None, *FORMATS)))
        told(proof)

    withstood(case)


def told(proof: object) -> None:
    assert isinstance(str(proof), str)
    json.dumps(proof.to_dict())  # type: ignore[attr-defined]


NAMES = (
    "z", "a", "W", "b", "x", "dW1", "z_1", "a^{(2)}", "\\delta^{[l]}", "σ", "sigmoid", "exp", "\\ln", "relu", "max",
    "√", "\\sqrt", "Σ", "softmax", "e", "π", "L", "∂L/∂w", "w11", "η", "h_{1,2}", "é", "ﬁ", "𝛿",
)  # fmt: skip
NUMBERS = (
    "0", "1", "0.5", "-0.25", ".5", "1.", "1,5", "1.234,5", "2e-3", "1e400", "1e-400", "9" * 40, "0." + "3" * 40, "¼",
    "٣", "1_0", "10^5", "∞", "nan", "1/3", "50%", "0x1f", "−2", "007", "1e999999999", "2.5e+30",
)  # fmt: skip
SIGNS = (
    "+", "-", "*", "/", "·", "×", "^", "**", "=", "≈", "≠", "==", ":=", "→", "⊙", "@", ",", ";", "|", "!", "²", "ᵀ",
    "^T", "'", "_", "±", "∓", "⇒", "<", ">", "&", "\\\\", "\\cdot", "\\times", "...", "…",
)  # fmt: skip
OPEN = (
    ("(", ")"), ("[", "]"), ("{", "}"), ("|", "|"), ("\\left(", "\\right)"), ("\\frac{", "}{2}"), ("\\sqrt{", "}"),
    ("\\begin{bmatrix}", "\\end{bmatrix}"), ("\\begin{cases}", "\\end{cases}"), ("⎡", "⎤"), ("^{", "}"), ("_{", "}"),
    ("\\exp\\left(", "\\right)"), ("\\text{", "}"), ("e^(", ")"), ("\\underbrace{", "}_{x}"),
)  # fmt: skip
AROUND = (
    ("$", "$"), ("$$", "$$"), ("\\(", "\\)"), ("\\[", "\\]"), ("```\n", "\n```"), ("<p>", "</p>"),
    ("<math>", "</math>"), ("<msup>", "</msup>"), ("<mfrac><mi>", "</mi></mfrac>"), ("| ", " |\n| --- | --- |"),
    ("<table><tr><td>", "</table>"), ("\\begin{align}", "\\end{align}"), ("<!--", "-->"), ("<sub>", "</sub>"),
    ("# ", "\n"), ("> ", "\n"), ("", "\n"), ("<script type='math/tex'>", "</script>"), ("$$", ""), ("```", ""),
    ("\\begin{", "}"), ("<mtable><mtr><mtd>", "</mtd></mtr></mtable>"), ("⎡1 2⎤\n⎣3 4⎦", ""),
    ("array([[1., 2.],\n", "[3., 4.]])"),
)  # fmt: skip


def formula(chance: random.Random, depth: int) -> str:
    """Something between a formula and nonsense."""
    parts = []
    for _ in range(chance.choice((1, 2, 3, 5))):
        how = chance.random()
        if depth and how < 0.3:
            before, after = chance.choice(OPEN)
            parts.append(before + formula(chance, depth - 1) + (after if chance.random() < 0.9 else ""))
        else:
            parts.append(chance.choice(NUMBERS if how < 0.6 else NAMES))
        parts.append(chance.choice(SIGNS))
    text = chance.choice(("", " ")).join(parts)
    if chance.random() < 0.97:
        return text
    times = chance.choice((10, 100, 1000))
    return text[: 5 * PIECE // times] * times  # within each other they would be beyond all memory


def nonsense(chance: random.Random) -> str:
    """A page of formulas between all kinds of marks."""
    parts = []
    for _ in range(chance.choice((1, 2, 5, 20))):
        before, after = chance.choice(AROUND)
        line = f"{formula(chance, 4)}{chance.choice(('=', ' = ', ' ≈ ', '&= '))}{formula(chance, 3)}"
        parts.append(before + line + after + chance.choice(("", "\n", "\r\n", " ")))
    return "".join(parts)[: 5 * PIECE]


def test_nonsense_of_a_grammar() -> None:
    def case(chance: random.Random) -> None:
        told(cr.proofread(nonsense(chance) + "\n=", chance.choice((None, *FORMATS[:-1]))))

    withstood(case)


def test_one_thing_many_times() -> None:
    """What is read in a time that grows with its square, or deeper than Python goes, shows here."""
    pieces = [
        *NAMES,
        *NUMBERS,
        *SIGNS,
        *(part for pair in (*OPEN, *AROUND) for part in pair if part),
        " ",
        "\n",
        "\t",
    ]

    def case(chance: random.Random) -> None:
        text = "".join(chance.choice(pieces) for _ in range(chance.choice((1, 1, 2, 3))))
        before = chance.choice(("", "", "z = ", "$", "1+", "<math>", "[["))
        page = before + text * (chance.choice((300, 3000, 20_000)) // len(text) + 1)
        told(cr.proofread(page + "\n=", chance.choice((None, *FORMATS[:-1]))))

    withstood(case)


def test_files_of_pages(tmp_path: Path) -> None:
    endings = (".md", ".tex", ".html", ".ipynb", ".txt", ".rst")

    def case(chance: random.Random) -> None:
        _, text = piece(chance)
        encoding = chance.choice(("utf-8", "utf-8", "utf-16", "latin-1", "utf-8-sig"))
        path = tmp_path / f"page{chance.choice(endings)}"
        path.write_bytes(mutated(chance, text.encode(encoding, "replace")))
        told(cr.proofread(path))

    withstood(case)


@pytest.mark.parametrize("format", ["text", "markdown", "latex", "html", "notebook"])
def test_the_originals_are_read(format: str) -> None:
    for known, text in real():
        if known == format:
            assert cr.proofread(text + ("" if format == "notebook" else "\n="), format).equations >= 0
