"""Our own pages are read in every format, and every line that can be counted is right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import chainrule as cr

FORMATS = ("text", "markdown", "latex", "html")


def pages() -> list[tuple[str, cr.Trace]]:
    found = [("worked example", cr.worked_example().trace([[0.5, 0.5]], [1], optimizer=cr.SGD(0.01)))]
    rng = np.random.default_rng(3)
    for seed, (hidden, output, loss, samples) in enumerate(
        [("tanh", "sigmoid", "half_squared_error", 1), ("sigmoid", "identity", "mean_squared_error", 2),
         ("elu", "softmax", "cross_entropy", 3)]
    ):  # fmt: skip
        net = cr.Network([2, 3, 2], hidden=hidden, output=output, loss=loss, seed=seed)
        X = rng.normal(size=(samples, 2)).round(2)
        y = rng.integers(0, 2, size=samples) if loss == "cross_entropy" else rng.random((samples, 2)).round(2)
        found.append((hidden, net.trace(X, y, optimizer=cr.Adam(0.01) if seed else cr.SGD(0.1))))
    return found


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("arithmetic", ["exact", "by_hand"])
def test_nothing_is_wrong_on_our_own_pages(format: str, arithmetic: str) -> None:
    for name, trace in pages():
        page = trace.explain(arithmetic=arithmetic)
        proof = cr.proofread(getattr(page, f"to_{format}")() + "\n", format)
        assert proof.findings == [], f"{name}\n{proof}"
        assert proof.counted >= 12, f"{name}\n{proof}"


def test_formats_are_told_by_what_is_in_a_page(tmp_path: Path) -> None:
    page = pages()[0][1].explain()
    counts = set()
    for format in FORMATS:
        text = getattr(page, f"to_{format}")() + "\n"
        counts.add(cr.proofread(text).counted)
        (tmp_path / "page").write_text(text, encoding="utf-8")
        counts.add(cr.proofread(tmp_path / "page").counted)
    assert counts == {18}


@pytest.mark.parametrize("format", FORMATS)
def test_a_digit_of_every_result_is_missed_by_none(format: str) -> None:
    """Each result of the worked example that is counted from printed numbers, with its last digit changed."""
    text = getattr(pages()[0][1].explain(), f"to_{format}")() + "\n"
    for right, wrong in (("2.855943", "2.855934"), ("1.944402", "1.944420"), ("0.985466", "0.985646"),
                         ("0.642695", "0.642965"), ("0.685542", "0.658542")):  # fmt: skip
        mark = f"<mn>{right}" if format == "html" else right
        at = text.index(mark) + len(mark) - len(right)
        changed = text[:at] + wrong + text[at + len(right) :]
        assert cr.proofread(changed, format).findings, (format, right)
