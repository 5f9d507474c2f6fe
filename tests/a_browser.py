"""Chromium, as the system has it."""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from thorough import SHARE, THOROUGH

SCREENSHOTS = Path(__file__).parents[1] / "build" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome")
FAILED = pytest.StashKey[bool]()  # whether a test has
PATIENCE = 180_000  # milliseconds; a busy machine takes half a minute to start Python in a page
# Of formulas there are thousands on a page, all made alike: a share of them is looked at.
SHARE_OF_FORMULAS = """([share, first]) => document.querySelectorAll("[role=math], math:not([role=math] math)")
  .forEach((each, i) => each.toggleAttribute("data-not-drawn", i % share !== first))"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for some tests; a module's at most, since its loop of events would be in the way of others."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail("needs a browser: apt-get install chromium", pytrace=False)
    with sync_playwright() as playwright:
        browser: Any = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        browser.new_page, browser.new_context = patient(browser.new_page), patient(browser.new_context)
        yield browser
        browser.close()


def patient(opening: Callable[..., Any]) -> Callable[..., Any]:
    """Opens a page, or a context, that waits long before it calls a test failed."""

    def opened(**given: Any) -> Any:
        new = opening(**given)
        new.set_default_timeout(PATIENCE)
        return new

    return opened


def keep(page: Page, test: pytest.Item, number: int = 0) -> None:
    """Keep how a page looked at a test's end, in build/screenshots, if it failed or CHAINRULE_SCREENSHOTS=1 is set."""
    if not (test.stash.get(FAILED, False) or os.environ.get("CHAINRULE_SCREENSHOTS")):
        return
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w-]+", "-", test.name).strip("-")
    page.screenshot(path=SCREENSHOTS / f"{name}{f'-{number}' if number else ''}.png")


def violations(page: Page, *left_out: str, **options: Any) -> list[str]:
    """What axe finds wrong on a page: the rule, and the element. Of formulas it looks at some, other ones each time.

    Parameters
    ----------
    left_out : selectors of what it doesn't look at
    options : axe's
    """
    of = 1 if THOROUGH else SHARE
    page.evaluate(SHARE_OF_FORMULAS, [of, random.randrange(of)])
    context = {"exclude": [[selector] for selector in ("[data-not-drawn]", *left_out)]}
    found = Axe().run(page, context, {"resultTypes": ["violations"], **options}).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]
