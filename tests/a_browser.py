"""Chromium, as the system has it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

SCREENSHOTS = Path(__file__).parents[1] / "build" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 180_000  # milliseconds; a busy machine takes half a minute to start Python in a page


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


def keep(page: Page, test: str, number: int = 0) -> None:
    """Keep how a page looked at a test's end, in build/screenshots."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w-]+", "-", test).strip("-")
    page.screenshot(path=SCREENSHOTS / f"{name}{f'-{number}' if number else ''}.png")
