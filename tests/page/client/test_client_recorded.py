"""Before an engine is there, the page answers from what was recorded, and then goes on with the engine."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from shown_page import Shown

from chainrule.page.offline import record
from chainrule.page.session import Session

Show = Callable[..., Shown]


def recorded() -> list[dict[str, Any]]:
    """The worked example, as a session answers what the page asks first."""
    replies = [
        {
            "request": request,
            "header": header,
            "buffers": [base64.b64encode(bytes(each)).decode() for each in buffers],
        }
        for request, header, buffers in record(Session())
    ]
    return json.loads(json.dumps(replies))  # type: ignore[no-any-return]


def test_the_page_is_there_before_the_engine_and_stays_as_it_is_when_that_comes(show: Show) -> None:
    shown = show()
    shown.page.evaluate(
        "(replies) => { window.port = recordedPort(replies); start(port, { alone: true }) }", recorded()
    )
    shown.page.wait_for_selector(".line h2")
    shown.still().press("ArrowRight", "ArrowRight")
    assert shown.text(".count") == "line 3 of 20, step 1"
    assert shown.requests == []
    shown.page.click('.graph text[data-e="a2[0, 0]"]')  # not recorded: it waits
    shown.page.wait_for_selector('[role=status]:has-text("The engine is starting")')
    shown.page.evaluate("port.attach(enginePort())")
    shown.still()
    assert shown.text(".why h2") == "Why is a2[0, 0] = 0.856927?"
    assert shown.text(".count") == "line 3 of 20, step 1"
    asked = [request["do"] for request in shown.requests if request["do"] != "address"]
    assert asked == ["open", "why"]
    shown.press("ArrowRight")  # a click on a number has not taken the focus
    assert shown.text(".count") == "line 4 of 20, step 1"
