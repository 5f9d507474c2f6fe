"""After a run of the strangers' tests alone: what their cases came to, as the table of docs/quality.md has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import pytest

from strangers.attack import FIGURES, Figures

HEAD = """| kind | cases | results | own errors | findings | longest | most memory |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |"""


@pytest.fixture(autouse=True)
def _told(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test's cases came to goes along with its report, also out of a worker."""
    yield
    for test, figures in FIGURES.items():
        if test == request.node.nodeid:
            request.node.user_properties.append(("strangers", asdict(figures)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = [
        _row(report.nodeid, Figures(**value))
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "teardown"
        for name, value in report.user_properties
        if name == "strangers"
    ]
    if rows:
        terminalreporter.section("strangers")
        terminalreporter.write_line("\n".join([HEAD, *sorted(rows)]))


def _row(test: str, figures: Figures) -> str:
    name = test.rpartition("::")[2]
    kind = name.partition("[")[2].rstrip("]") or name.removeprefix("test_").replace("_", " ")
    return (
        f"| {kind} | {figures.cases:,} | {figures.results:,} | {figures.errors:,} | {figures.found:,} | "
        f"{figures.seconds:.2f} s | {figures.memory / 2**20:,.0f} MB |"
    )
