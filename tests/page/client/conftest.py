"""A browser, and pages in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser
from shown_page import Shown

from a_browser import chromium, keep
from chainrule.page.session import Session

Show = Callable[..., Shown]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, as the system has it; a module's, since its loop of events would be in the way of others."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def show(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Show]:
    """Opens pages; none has said anything in the console or asked for anything elsewhere when the test has ended."""
    shown: list[Shown] = []

    def begin(
        width: int = 1280, height: int = 800, dark: bool = False, session: Session | None = None
    ) -> Shown:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        shown.append(Shown(context.new_page(), session or Session()))
        return shown[-1]

    yield begin
    for i, each in enumerate(shown):
        keep(each.page, request.node, i)
        each.page.context.close()
        assert each.said == []
        assert each.elsewhere == []
