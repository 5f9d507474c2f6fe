"""The numbers on the page are Python's, wherever it runs: behind the server, in one file, in a notebook."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from test_widget import shown as in_a_notebook

import chainrule as cr
from a_browser import chromium
from chainrule.notation import numeral
from thorough import count

X, y = cr.data.spiral(60, seed=2)
STEPS = count(40)
Opened = Callable[[Any, Any, Any], Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def network() -> cr.Network:
    return cr.Network([2, 4, 2], hidden="tanh", seed=1)


@pytest.fixture(params=["server", "file", "notebook"])
def opened(request: Any, browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    """Opens a page on a network and samples; when the test ends, it has complained of nothing."""
    pages: list[Page] = []
    servers: list[subprocess.Popen[str]] = []

    def open_on(net: Any, X: Any, y: Any) -> Page:
        if request.param == "notebook":
            pages.append(in_a_notebook(browser, net.play(X, y, optimizer="adam", batch_size=20)))
            return pages[-1]
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        pages.append(page)
        page.problems = problems = []  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        if request.param == "file":
            cr.page.save(tmp_path / "page.html", net, X, y, optimizer="adam", batch_size=20)
            page.goto((tmp_path / "page.html").as_uri())
        else:
            servers.append(served(net, X, y, tmp_path))
            page.goto(str(servers[-1].address))  # type: ignore[attr-defined]
        return page

    yield open_on
    for page in pages:
        assert page.problems == []  # type: ignore[attr-defined]
        page.close()
    for server in servers:
        server.kill()
        server.communicate()


def served(net: Any, X: Any, y: Any, folder: Path) -> Any:
    """chainrule play, on a model and a table, as a process of its own."""
    net.save(folder / "model.safetensors")
    table = np.column_stack([X, y])
    np.savetxt(folder / "table.csv", table, "%.17g", ",", header="x0,x1,class", comments="")
    words = [
        "play",
        "model.safetensors",
        "--data",
        "table.csv",
        "--no-browser",
        "--port",
        "0",
        "--batch-size",
        "20",
    ]
    process: Any = subprocess.Popen(
        [sys.executable, "-c", "from chainrule.cli import main; main()", *words],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    for line in process.stdout:
        if found := re.search(r"http://\S+", line):
            process.address = found[0]
            return process
    raise AssertionError("no address was printed")


def numbers(page: Page) -> dict[str, str]:
    """Every number of the tables, by its entry, once the page stands still."""
    page.locator(".chainrule-page .tables").or_(page.get_by_text("As tables")).first.wait_for()
    if page.locator(".chainrule-page .tables").count() == 0:
        page.get_by_text("As tables").click()
    cells = page.locator(".tables [data-e]")
    cells.first.wait_for()
    before: list[Any] = []
    while True:  # until two looks agree
        page.wait_for_timeout(150)
        now = cells.evaluate_all("all => all.map(each => [each.dataset.e, each.textContent])")
        if now == before:
            return {entry: text.strip().replace("−", "-") for entry, text in now}
        before = now


def compare(shown: dict[str, str], trace: Any, least: int) -> None:
    assert len(shown) >= least
    for entry, text in shown.items():
        name = "x" if entry.startswith("x") and "x" in trace.results else entry
        value = trace[entry] if name == entry or "[" in entry else trace[name]
        assert float(text) == pytest.approx(float(numeral(value)), abs=1.01e-6, rel=1e-9), entry


def press(page: Page, name: str, times: int = 1) -> None:
    """Press a button, each time once the page shows what the last time did."""
    count = page.locator(".chainrule-page .count")
    for _ in range(times):
        before = count.text_content()
        page.get_by_role("button", name=name, exact=True).click()
        while count.text_content() == before:
            page.wait_for_timeout(5)


@pytest.mark.some(1)
def test_the_worked_example(opened: Opened) -> None:
    net = cr.worked_example()
    page = opened(net, np.array(net.x * 2), np.array(net.y * 2))
    compare(numbers(page), net.trace(net.x * 2, net.y * 2), 39)


@pytest.mark.some(1)
def test_a_trained_network_and_after_steps_back_and_forth(opened: Opened) -> None:
    net = network()
    page = opened(net, X, y)
    numbers(page)
    page.get_by_role("button", name="batch", exact=True).click()
    press(page, "One batch on", STEPS)
    trained = numbers(page)
    names = {entry.partition("[")[0] for entry in trained}
    assert {"W1", "b1", "z1", "a1", "da1", "dz1", "W2", "z2", "a2"} <= names
    rng = np.random.default_rng(0)
    at = STEPS
    for _ in range(count(100)):
        back = at > 0 and (at == STEPS or rng.random() < 0.5)
        press(page, "One batch back" if back else "One batch on")
        at += -1 if back else 1
    press(page, "One batch on", STEPS - at)
    assert numbers(page) == trained
    parameters = {
        name: np.array([[float(trained[f"{name}[{i}, {j}]"]) for j in range(n)] for i in range(m)])
        for name, (m, n) in {"W1": (2, 4), "W2": (4, 2)}.items()
    }
    for name, units in {"b1": 4, "b2": 2}.items():
        parameters[name] = np.array([float(trained[f"{name}[{i}]"]) for i in range(units)])
    start = network()
    assert any(abs(parameters[name] - start.parameters[name]).max() > 1e-3 for name in parameters)
    # Of the weights on the page, rounded to six decimals, Python makes the activations on the page.
    again = cr.Network([2, 4, 2], hidden="tanh", parameters=parameters)
    x = [float(trained[f"x[{row}, {i}]"]) for row, i in sorted(rows_of(trained))]
    row = next(iter(rows_of(trained)))[0]
    trace = again.trace([x])
    for name in ("z1", "a1", "z2", "a2"):
        for j, value in enumerate(trace[name][0]):
            assert float(trained[f"{name}[{row}, {j}]"]) == pytest.approx(value, abs=2e-5), name


def rows_of(shown: dict[str, str]) -> set[tuple[int, int]]:
    return {
        tuple(map(int, found.groups())) for e in shown if (found := re.fullmatch(r"x\[(\d+), (\d+)\]", e))
    }  # type: ignore[misc]
