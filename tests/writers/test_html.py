"""The walk-through in HTML: well-formed, on its own, escaped, and readable on a phone in a real browser."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html import escape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from trees import derivations

import chainrule as cr
from chainrule.errors import MissingPackage
from strategies import Case, cases
from thorough import examples

FOUR = [[0.5, 0.5], [1, -1], [-1, -0.5], [2, 1]]
VOID = {"meta", "img"}


def worked(**how: Any) -> Any:
    net = cr.worked_example()
    return net.trace(net.x, net.y, cr.SGD(0.01)).explain(**how)


def batch() -> Any:
    """A step with much in it, whose matrices are wider than a phone."""
    net = cr.Network(
        [cr.Dense(2, 4), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.5), cr.Dense(4, 3), cr.Softmax()]
    )
    return net.trace(FOUR, [1, 0, 2, 0], cr.AdamW(cr.Cosine(0.01, 10), clip=cr.ClipNorm(0.5))).explain()


def deep() -> Any:
    net = cr.Network([3, 4, 4, 4, 4, 2], hidden="tanh")
    return net.trace([0.5, -1, 2], 1, cr.AdamW(clip=cr.ClipNorm(0.01))).explain()


def large() -> Any:
    X = np.random.default_rng(0).random((3, 784))
    return cr.Network([784, 128, 10], seed=0).trace(X, [1, 2, 3], cr.Adam()).explain()


class Balance(HTMLParser):
    """Checks that every element is closed where it was opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def parse(page: str) -> Balance:
    parser = Balance()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    for formula in re.findall(r"<math.*?</math>", page, re.DOTALL):
        ElementTree.fromstring(formula)
    assert "http" not in page.replace('xmlns="http://www.w3.org/1998/Math/MathML"', "")
    tags = {tag for tag, _ in parser.seen}
    assert not tags & {"script", "link", "iframe", "object"}
    sources = [str(attrs["src"]) for tag, attrs in parser.seen if tag == "img"]
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert "url(" not in page
    assert "@import" not in page
    return parser


def labels(parsed: Balance) -> list[str]:
    return [str(attrs["aria-label"]) for _, attrs in parsed.seen if attrs.get("role") == "math"]


def test_a_page_is_complete() -> None:
    page = worked().to_html()
    parsed = parse(page)
    tags = [tag for tag, _ in parsed.seen]
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert tags.count("h1") == tags.count("title") == 1
    assert tags.count("h2") == 6
    assert tags.count("h3") == 7
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in parsed.seen
    assert "<title>2 → 3 relu → 2 softmax, cross-entropy, SGD, η = 0.01, exact, 6 decimals</title>" in page


def test_each_formula_has_its_plain_text() -> None:
    told = labels(parse(worked().to_html()))
    assert "dW2 = a1ᵀ · dz2" in told
    assert "dW2 = [[0], [1.15], [0.75]] · [0.856927, -0.856927]" in told
    assert "dW2 = [[0, 0], [0.985466, -0.985466], [0.642695, -0.642695]]" in told
    assert "W1_new = [[-0.6, 0.593145, 0.395715], [-0.6, 0.693145, 0.495715]]" in told
    assert "L = 1.944402" in told


def test_a_fragment_leaves_the_page_around_it_alone() -> None:
    fragment = worked().to_html(document=False)
    parse(fragment)
    style = "".join(re.findall(r"<style>(.*?)</style>", fragment, re.DOTALL))
    named = r"@(?:property --cr-\w+|keyframes cr-\w+) *\{(?:[^{}]|\{[^{}]*\})*\}"
    rules = re.sub(named, "", re.sub(r"@media [^{]*\{", "", style))
    selectors = re.findall(r"([^{}]+)\{", rules)
    assert len(selectors) > 20
    assert all(part.strip().startswith(".chainrule") for rule in selectors for part in rule.split(","))
    assert "<html" not in fragment
    assert "background" not in fragment, "its colours are those of the page around it"
    assert worked()._repr_html_() == fragment


def test_names_of_ones_own_are_escaped() -> None:
    name = "<script>alert('x')</script>&\""

    def own(z: Any) -> Any:
        return z * (z > 0)

    own.__name__ = "<img src=x>"
    net = cr.Network([2, 3, 2], hidden=own, classes=["0", name])
    page = net.trace([0.5, 0.5], 1, cr.SGD(0.01)).explain().to_html()
    parsed = parse(page)
    assert name in parsed.text
    assert "<img src=x>" in parsed.text


def test_signs_and_operators_are_told_apart() -> None:
    page = worked().to_html()
    assert '<mo form="infix">&#x0002B;</mo>' in page, "a term that goes on after a sum"
    assert re.search(r'\(</mo>|&#x00028;</mo><mo form="prefix">&#x02212;</mo><mn>0.154402</mn>', page)


def test_columns_stand_at_the_decimal_point() -> None:
    page = cr.worked_example().trace(FOUR).explain("z1").to_html()
    invisible = '<mphantom><mrow><mo form="prefix">&#x02212;</mo></mrow></mphantom><mn>0.3</mn>'
    assert invisible in page
    assert "<mn>0.4</mn><mphantom><mrow><mn>0</mn></mrow></mphantom>" in page


def test_without_latex2mathml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "latex2mathml.converter", None)
    explanation = worked()
    with pytest.raises(MissingPackage) as caught:
        explanation.to_html()
    assert str(caught.value) == (
        "writing HTML with formulas needs the package latex2mathml. Install it with: pip install latex2mathml"
    )
    assert explanation._repr_html_() == f"<pre>{escape(explanation.to_text())}</pre>"


def test_a_derivation_is_lists_that_fold() -> None:
    why = derivations()["a gradient"]
    parsed = parse(why.to_html())
    tags = [tag for tag, _ in parsed.seen]
    told = labels(parsed)
    assert (
        tags.count("details") == tags.count("summary") == len(re.findall(r"^[ │├└─]*= ", str(why), re.M)) - 5
    )
    assert told[:3] == ["dW1[0, 1] = 0.685542", "dW1[0, 1] = x[0, 0]×dz1[0, 1]", "dW1[0, 1] = 0.5×1.371084"]
    assert told[-1] == "(1.94440907761 - 1.94439536677) / 0.00002 = 0.685542"
    assert "<title>Why dW1[0, 1] is 0.685542</title>" in why.to_html()
    fragment = why.to_html(document=False)
    assert why._repr_html_() == fragment
    assert "<h1" not in fragment
    parse(fragment)


@examples(25, suppress_health_check=[HealthCheck.too_slow])
@given(cases(depth=3, width=7, samples=7))
def test_random_networks(case: Case) -> None:
    X, y = case.data()
    told = labels(parse(case.network().trace(X, y, "adam").explain().to_html()))
    assert all(re.fullmatch(r"\S.* [=≈] \S.*", label) for label in told)
    assert [a for a, b in pairwise(told) if a == b] == []


def test_a_wide_formula_can_be_reached_and_scrolled() -> None:
    parsed = parse(batch().to_html())
    boxes = [attrs for _, attrs in parsed.seen if attrs.get("class") == "cr-scroll"]
    wide = [attrs for attrs in boxes if "tabindex" in attrs]
    assert len(boxes) == len(labels(parsed))
    assert 20 < len(wide) < len(boxes) / 2
    assert {(attrs["tabindex"], attrs["role"]) for attrs in wide} == {("0", "group")}
    assert "z1, a wide formula" in {attrs["aria-label"] for attrs in wide}


def test_a_root_or_fraction_wider_than_a_page_goes_over_several_lines() -> None:
    norm = re.findall(r'aria-label="norm = √.*?</span></span></span>', deep().to_html())[0]
    assert "<msqrt>" not in norm
    assert norm.count("<math") == 10
    assert norm.endswith("<mn>1/2</mn></mrow></msup></mrow></math></span></span></span>")
    variance = re.findall(r'aria-label="σ1²\[\d\] = .*?</span></span></span>', batch().to_html())[0]
    assert "<mfrac>" not in variance
    assert variance.count("<math") == 5


MEASURE = """<script>
addEventListener("load", () => setTimeout(() => {
  for (const frame of document.querySelectorAll("iframe")) {
    const inside = frame.contentDocument, root = inside.documentElement;
    const all = ".chainrule, .cr-rows, .cr-side, .cr-scroll, .cr-entry, h1, h2, h3, p, img";
    const wide = [...inside.querySelectorAll(all)]
      .filter(e => e.getBoundingClientRect().right > root.clientWidth + 1).length;
    const boxes = [...inside.querySelectorAll(".cr-scroll")], more = boxes.filter(e => e.scrollWidth > e.clientWidth);
    const unreached = more.filter(e => e.scrollWidth > e.clientWidth + 24 && e.tabIndex < 0).length;
    const cut = boxes.filter(e => e.scrollHeight > e.clientHeight + 1).length;
    const hinted = more.filter(e => {
      const style = frame.contentWindow.getComputedStyle(e);
      return style.maskImage.includes("gradient") || style.backgroundAttachment == "local, local, scroll, scroll";
    }).length;
    const told = document.createElement("p"), formulas = inside.querySelectorAll("math").length;
    told.textContent = ["MEASURED", root.clientWidth, root.scrollWidth, wide, formulas, more.length, hinted, unreached,
      cut].join(" ");
    document.body.append(told);
  }
}, 200));
</script>"""


class Measured(NamedTuple):
    """Of a page in a browser: its width and that of what is in it, the elements that stick out, the formulas; those
    that are wider than their box, which of them have a hint, which can't be reached by keyboard; and boxes that cut
    something off below."""

    room: int
    content: int
    sticking: int
    formulas: int
    scrolling: int
    hinted: int
    unreached: int
    cut: int


def measured(pages: list[str], folder: Path) -> list[Measured]:
    """Each page at 390 and at 1200 pixels."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        pytest.skip("needs Chromium: apt install chromium")
    frames = "".join(
        f'<iframe srcdoc="{escape(page)}" style="border: 0; width: {width}px; height: 900px"></iframe>'
        for page in pages
        for width in (390, 1200)
    )
    test_copy = folder / "test.html"
    test_copy.write_text(f"<!DOCTYPE html><meta charset='utf-8'><body>{frames}{MEASURE}", encoding="utf-8")
    done = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
         "--virtual-time-budget=5000", "--dump-dom", test_copy.as_uri()],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return [Measured(*map(int, line.split())) for line in re.findall(r">MEASURED ([\d ]+)<", done.stdout)]


def test_nothing_sticks_out_in_a_browser(tmp_path: Path) -> None:
    pages = [worked().to_html(), batch().to_html(), deep().to_html(), large().to_html()]
    pages.append(batch().to_html(document=False))
    found = measured(pages, tmp_path)
    assert len(found) == 2 * len(pages)
    for place, page in enumerate(found):
        assert page.room > (350, 1150)[place % 2]
        assert page.content <= page.room
        assert page.sticking == page.unreached == page.cut == 0
        assert page.formulas > 100
        assert page.hinted == page.scrolling
    assert all(narrow.scrolling > 0 for narrow in found[::2])
    assert all(wide.scrolling == 0 for wide in found[1::2])


def test_no_derivation_sticks_out_in_a_browser(tmp_path: Path) -> None:
    pages = [why.to_html() for why in derivations().values()]
    pages.append(derivations()["an update"].to_html(document=False))
    found = measured(pages, tmp_path)
    assert len(found) == 2 * len(pages)
    for page in found:
        assert page.content <= page.room
        assert page.sticking == page.unreached == page.cut == 0
        assert page.hinted == page.scrolling
    assert all(wide.scrolling == 0 for wide in found[1::2])
