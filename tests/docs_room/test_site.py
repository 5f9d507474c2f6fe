"""The site is built without a warning; its links lead somewhere, and nothing is fetched from elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from site_built import DOCS, Page, built, outside

from a_browser import chromium
from loaded import ROOT

FIRST = ("index", "start", "learn", "data", "legend", "cookbook/index")  # pages that a reader meets first
MOST = 300_000  # bytes that such a page loads
# In the dark only colours differ, and formulas have that of the text around them.
CONTRAST = ({"exclude": [["math"]]}, {"runOnly": ["color-contrast"]})
WIDTHS = (390, 1280, 1366, 2560)
BEGINNERS = {  # a page, and words by which a beginner looks for it
    "learn": "backpropagation",
    "check": "check my backpropagation, my code is wrong",
    "limits": "CNN, LSTM, can I use a GPU",
    "cookbook/training": "unbalanced classes, multi-output regression, reproducible, seed",
    "cookbook/measuring": "confusion matrix, network does not learn, predict_proba",
    "evaluation": "unbalanced classes, confusion matrix, probabilities",
    "exercises": "worksheet answer key, slides",
    "columns": "string column",
    "sklearn": "predict_proba",
    "legend": "dz1, W2[0,1], dW1[0,0]",
    "why": "W2[0,1], dW1[0,0]",
    "start": "install, how do I install it",
    "data": "train on my own csv",
    "reference/optimizers": "optimizers formulas",
    "diagnosis": "network does not learn, why does the network not learn",
    "draw": "svg, slides",
}

pytestmark = pytest.mark.timeout(600)  # the first of these tests waits for the build


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.getbasetemp()
    folder, said = built(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)
    assert said == "", said
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.rglob("*.html")) if "made" not in path.parts}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


def test_every_page_of_docs_is_in_it(pages: dict[Path, Page], site: Path) -> None:
    written = {path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md")}
    assert written <= {path.relative_to(site) for path in pages}
    reached = {
        (path.parent / unquote(link.partition("#")[0])).resolve()
        for path, page in pages.items()
        for link in page.links
        if link.partition("#")[0] and not outside(link)
    }
    assert {site / page for page in written} <= reached


def test_links_and_anchors_lead_somewhere(pages: dict[Path, Page], site: Path) -> None:
    lost = []
    for path, page in pages.items():
        for link in filter(lambda link: not outside(link), page.links):
            place, _, anchor = link.partition("#")
            goal = (path.parent / unquote(place)).resolve() if place else path
            if not goal.exists() or (anchor and goal in pages and unquote(anchor) not in pages[goal].anchors):
                lost.append(f"{path.relative_to(site)}: {link}")
    assert lost == []


def test_the_same_links_lead_somewhere_in_the_repository() -> None:
    lost = []
    for path in DOCS.rglob("*.md"):
        prose = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        for link in re.findall(r"\]\(([^)\s]+)\)", prose):
            place = link.partition("#")[0]
            if place and not outside(link) and not (path.parent / place).exists():
                lost.append(f"{path.relative_to(ROOT)}: {link}")
    assert lost == []


def test_a_notebook_is_whole_and_in_order(site: Path) -> None:
    text = (site / "notebooks" / "simple_network.html").read_text(encoding="utf-8")
    places = [text.index(words) for words in ("small enough to follow with a pencil", "Step 1: ", "Step 6: ")]
    assert places == sorted(places)


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Page]) -> None:
    assert [
        link for page in pages.values() for link in page.loaded if outside(link) and link[:5] != "data:"
    ] == []


@pytest.mark.parametrize("name", FIRST)
def test_a_first_page_is_small_and_axe_finds_nothing(name: str, site: Path, browser: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for theme in ("light", "dark"):
        context = browser.new_context(color_scheme=theme, viewport={"width": 1280, "height": 900})
        page = context.new_page()
        asked: set[str] = set()
        page.on("request", lambda request, asked=asked: asked.add(request.url))
        page.goto(f"file://{site}/{name}.html")
        files = [
            Path(unquote(url.removeprefix("file://").partition("?")[0]))
            for url in asked
            if url[:5] != "data:"
        ]
        assert sum(file.stat().st_size for file in files) <= MOST, sorted(files)
        found = Axe().run(page, *(() if theme == "light" else CONTRAST)).response["violations"]
        assert [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]] == []
        context.close()


def test_no_page_is_wider_than_its_window(pages: dict[Path, Page], site: Path, browser: Any) -> None:
    """All pages on a phone; those that come first on wider screens, too."""
    first = [site / f"{name}.html" for name in FIRST]
    wide = []
    for width in WIDTHS:
        page = browser.new_page(viewport={"width": width, "height": 900})
        for path in pages if width == min(WIDTHS) else first:
            page.goto(f"file://{path}")
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wide.append((width, path.name))
        page.close()
    assert wide == []


@pytest.fixture
def asked(site: Path, browser: Any) -> Iterator[Any]:
    """The site's own search, from a file, without a network: the page and the anchor of each result, the best first."""
    page = browser.new_page()
    page.goto(f"file://{site}/search.html?q=GridSearchCV")
    page.wait_for_selector("ul.search a[href*='cookbook/measuring.html#search-a-grid']")

    def places(query: str) -> list[tuple[str, str]]:
        found = page.evaluate("(words) => Search._performSearch(...Search._parseQuery(words))", query)
        return [(each[0], each[2]) for each in reversed(found)]  # the search takes them from the end

    yield places
    page.close()


def test_the_words_of_other_houses_find_their_job(asked: Any) -> None:
    jobs = []
    for path in sorted((DOCS / "cookbook").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        for title, words in re.findall(r"^## (.*)\n\nElsewhere: (.*)$", text, re.MULTILINE):
            anchor = re.sub(r"\W+", "-", title.lower()).strip("-")
            jobs += [
                (word, f"cookbook/{path.stem}", f"#{anchor}") for word in re.findall(r"`([^`]+)`", words)
            ]
    assert len({anchor for _, _, anchor in jobs}) >= 30
    lost = [(word, asked(word)[:3]) for word, name, anchor in jobs if (name, anchor) not in asked(word)[:3]]
    assert lost == []


def test_the_words_of_beginners_find_their_page(asked: Any) -> None:
    lost = []
    for page, words in BEGINNERS.items():
        for word in words.split(", "):
            if page not in [name for name, _ in asked(word)[:3]]:
                lost.append((word, page, asked(word)[:5]))
    assert lost == []


def test_a_result_says_where_it_is_and_what_is_there(site: Path, browser: Any) -> None:
    page = browser.new_page()
    page.goto(f"file://{site}/search.html?q=confusion+matrix")
    first = page.locator("ul.search li").first
    first.wait_for()
    assert first.locator("a").inner_text() == "Recipes: measuring > A report (accuracy, confusion matrix)"
    links = page.locator("ul.search a").evaluate_all("(links) => links.map((link) => link.href)")
    assert len(set(links)) == len(links) >= 5
    bare = page.locator("ul.search li:not(:has(p))").all_inner_texts()
    assert bare == []
    page.goto(f"file://{site}/search.html?q=AdamW")
    page.locator("ul.search li", has_text="chainrule.AdamW").first.locator("p", has_text="Adam").wait_for()
    page.close()


def test_no_two_pages_have_the_same_title() -> None:
    titles = [path.read_text(encoding="utf-8").partition("\n")[0] for path in DOCS.rglob("*.md")]
    assert len(set(titles)) == len(titles)
    assert all(title.startswith("# ") for title in titles)


def test_words_of_ours_beside_theirs_are_links(site: Path) -> None:
    for house in ("sklearn", "keras", "torch"):
        text = (site / "from" / f"{house}.html").read_text(encoding="utf-8")
        plain = re.sub(r"<a [^>]*>.*?</a>", "", text[text.index("<tbody>") : text.index("</tbody>")])
        assert re.findall(r'<span class="pre">((?:cr|chainrule)\..*?)</span>', plain) == []


def test_a_command_is_copied_without_its_prompt_and_what_it_prints(site: Path, browser: Any) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"file://{site}/start.html")
    for kind, copied in [
        (
            "console",
            '$ python3 -m venv .venv\n$ . .venv/bin/activate\n$ pip install "chainrule[fast,page]"\n',
        ),
        ("python", '(X, y), (Xt, yt) = cr.data.load("digits")\n'),
    ]:
        block = page.locator(f".highlight-{kind}").first
        block.hover()
        block.get_by_role("button", name="Copy").click()
        block.get_by_role("button", name="Copied").wait_for()
        text = page.evaluate("navigator.clipboard.readText()")
        assert text.startswith(copied.replace("$ ", ""))
    context.close()


def test_the_page_is_loaded_by_a_click_and_no_earlier(site: Path, browser: Any) -> None:
    page = browser.new_page()
    page.goto(f"file://{site}/play.html")
    assert page.locator("iframe").count() == 0
    if not (site / "made" / "page.html").exists():
        pytest.fail("the site was made without the page: make page-runtime", pytrace=False)
    page.get_by_role("button", name="Open the page here").click()
    frame = page.frame_locator("iframe")
    frame.get_by_text("max(0, z1)").first.wait_for(timeout=60_000)
    page.close()
