"""The site is built without a warning; its links lead somewhere, and nothing is fetched from elsewhere."""

from __future__ import annotations

import functools
import inspect
import itertools
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from site_built import DOCS, Page, built, outside

import chainrule as cr
from a_browser import chromium, violations
from loaded import ROOT, script
from thorough import share

FIRST = ("index", "start", "learn", "data", "legend", "cookbook/index")  # pages that a reader meets first
EVERY = [
    *(path.relative_to(DOCS).with_suffix("").as_posix() for path in sorted(DOCS.rglob("*.md"))),
    "search",
]
MOST = 300_000  # bytes that such a page loads
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


@pytest.fixture(scope="module")
def page(browser: Any) -> Any:
    """One page for all, in the light."""
    return browser.new_page(color_scheme="light")


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


def test_anchors_of_links_are_there_as_the_repository_shows_the_pages() -> None:
    """There an anchor is a heading in small letters, its spaces as dashes and without signs; or one of HTML's."""
    lost = []
    for path in [*DOCS.rglob("*.md"), ROOT / "README.md"]:
        prose = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        for link in re.findall(r"\]\(([^)\s]*#[^)\s]+)\)", prose):
            place, _, anchor = link.partition("#")
            if not outside(link) and anchor not in anchors(
                (path.parent / place).resolve() if place else path
            ):
                lost.append(f"{path.relative_to(ROOT)}: {link}")
    assert lost == []


@functools.cache
def anchors(page: Path) -> set[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
        found.add(
            next(each for n in itertools.count() if (each := f"{name}-{n}" if n else name) not in found)
        )
    return found | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


def test_the_notebooks_are_in_the_site() -> None:
    kept = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    pages = {path.stem: path.read_text(encoding="utf-8") for path in (DOCS / "notebooks").glob("*.md")}
    index = pages.pop("index")
    assert set(pages) == kept
    assert sorted(re.findall(r"^(\w+)$", index.partition("{toctree}")[2], re.MULTILINE)) == sorted(kept)
    for name, text in pages.items():
        assert f"```{{chainrule-notebook}} {name}\n```" in text
        cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        assert text.splitlines()[0] == "".join(cells[0]["source"]).splitlines()[0]


def test_a_notebook_is_whole_and_in_order(site: Path) -> None:
    text = (site / "notebooks" / "simple_network.html").read_text(encoding="utf-8")
    places = [text.index(words) for words in ("small enough to follow with a pencil", "Step 1: ", "Step 6: ")]
    assert places == sorted(places)


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Page]) -> None:
    assert [
        link for page in pages.values() for link in page.loaded if outside(link) and link[:5] != "data:"
    ] == []


@pytest.mark.some(2)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", FIRST)
def test_a_first_page_is_small_and_axe_finds_nothing(name: str, theme: str, site: Path, browser: Any) -> None:
    context = browser.new_context(color_scheme=theme, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    page.goto(f"file://{site}/{name}.html")
    files = [
        Path(unquote(url.removeprefix("file://").partition("?")[0])) for url in asked if url[:5] != "data:"
    ]
    assert sum(file.stat().st_size for file in files) <= MOST, sorted(files)
    if theme == "light":
        assert violations(page) == []
    else:  # only colours differ, and formulas have that of the text around them
        assert violations(page, "math", runOnly=["color-contrast"]) == []
    context.close()


@pytest.mark.some(2)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", EVERY)
def test_axe_finds_nothing_on_any_page_wide_or_narrow(name: str, width: int, site: Path, page: Any) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"file://{site}/{name}.html")
    assert violations(page) == []


def test_no_page_is_wider_than_its_window(pages: dict[Path, Page], site: Path, browser: Any) -> None:
    """Those that come first on screens of any width; others on a phone."""
    first = [site / f"{name}.html" for name in FIRST]
    wide = []
    page = browser.new_page()
    for path in (*first, *share(sorted(pages.keys() - first))):
        page.goto(f"file://{path}")
        for width in WIDTHS if path in first else WIDTHS[:1]:
            page.set_viewport_size({"width": width, "height": 900})
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
            '$ python3 -m venv .venv\n$ . .venv/bin/activate\n$ pip install ".[fast,page]"\n',
        ),
        ("python", 'import chainrule as cr\n\n(X, y), (Xt, yt) = cr.data.load("digits")\n'),
    ]:
        block = page.locator(f".highlight-{kind}").first
        block.hover()
        block.get_by_role("button", name="Copy").click()
        block.get_by_role("button", name="Copied").wait_for()
        text = page.evaluate("navigator.clipboard.readText()")
        assert text.startswith(copied.replace("$ ", ""))
    context.close()


def test_every_function_of_plot_has_its_picture_with_its_lines_and_its_words(site: Path) -> None:
    """Below its name in the page of pictures: an image in light and in dark, and what draws it."""
    drawing = {
        name
        for name in cr.plot.__all__
        if callable(value := getattr(cr.plot, name)) and inspect.signature(value).return_annotation == "Axes"
    }
    text = (site / "gallery.html").read_text(encoding="utf-8")
    shown = dict(re.findall(r"<h2>(\w+)<a.*?</h2>(.*?)(?=<h2>|</article>)", text, re.DOTALL))
    assert len(drawing) > 10
    assert drawing <= set(shown)
    for name in drawing:
        code = re.sub(r"<[^>]+>", "", shown[name])
        assert f"cr.plot.{name}(" in code
        assert f'id="chainrule.plots.{name}"' in shown[name]
        light, dark = (
            re.findall(rf'<img class="only-{theme}" src="([^"]+)" alt="([^"]{{30,}})"', shown[name])
            for theme in ("light", "dark")
        )
        assert [alt for _, alt in light] == [alt for _, alt in dark] != []
        for (bright, _), (dim, _) in zip(light, dark, strict=True):
            assert ground(site / bright) == "#ffffff"
            assert ground(site / dim) == "#131416"  # the theme's


def ground(picture: Path) -> str:
    """The colour of what a picture fills first."""
    return re.findall(r"fill: (#\w+)", picture.read_text(encoding="utf-8"))[0]


def test_every_picture_has_a_twin_for_dark_pages(pages: dict[Path, Page]) -> None:
    for path in pages:
        text = path.read_text(encoding="utf-8")
        classes = re.findall(r'<img [^>]*?class="[^"]*only-(light|dark)', text)
        assert len(classes) == text.count("<img "), path.name
        assert classes.count("light") == classes.count("dark"), path.name


def test_pictures_are_turned_light_for_dark() -> None:
    """By hand: black is the ink, white the ground, and a hue stays where it is."""
    import io

    from PIL import Image

    dark: Any = script("docs/_ext/dark.py")
    file = io.BytesIO()
    image = Image.new("RGB", (3, 1))
    for place, color in enumerate([(255, 255, 255), (0, 0, 0), (0, 114, 178)]):
        image.putpixel((place, 0), color)
    image.save(file, "png")
    with Image.open(io.BytesIO(dark.turned(file.getvalue(), ".png"))) as turned:
        white, black, blue = (turned.convert("RGB").getpixel((place, 0)) for place in range(3))
    assert (white, black) == ((0x13, 0x14, 0x16), (0xE6, 0xE7, 0xE8))
    assert blue[2] > blue[1] > blue[0]  # type: ignore[index]
    assert sum(blue) > 0 + 114 + 178  # type: ignore[arg-type]
    svg = b'<svg width="3"><path style="fill: #ffffff; stroke: #000000"/></svg>'
    assert dark.turned(svg, ".svg") == (
        b'<svg fill="#e6e7e8" width="3"><path style="fill: #131416; stroke: #e6e7e8"/></svg>'
    )


def test_the_page_is_loaded_by_a_click_and_no_earlier_and_takes_a_table_of_ones_own(
    site: Path, browser: Any
) -> None:
    page = browser.new_page()
    page.goto(f"file://{site}/play.html")
    assert page.locator("iframe").count() == 0
    if not (site / "made" / "page.html").exists():
        pytest.fail("the site was made without the page: make page-runtime", pytrace=False)
    page.get_by_role("button", name="Open the page here").click()
    frame = page.frame_locator("iframe")
    frame.get_by_text("max(0, z1)").first.wait_for(timeout=60_000)
    frame.locator(".settings").get_by_text("Data").first.click()
    table = "width,height,kind\n" + "".join(
        f"{i % 7},{i % 5},{'ash' if i % 7 > 3 else 'oak'}\n" for i in range(60)
    )
    own = {"name": "own.csv", "mimeType": "text/csv", "buffer": table.encode()}
    frame.locator("#set-file").set_input_files(files=[own])
    rows = "own.csv, 45 + 15"  # those trained on, and those held out
    frame.locator(f'.settings [title="{rows}"]').wait_for(state="attached", timeout=60_000)
    frame.get_by_text("P(ash)").first.wait_for(timeout=60_000)
    page.close()
