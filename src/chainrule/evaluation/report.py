"""Figures of an evaluation as text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np

from chainrule.evaluation.figures import Figures, counted
from chainrule.evaluation.metrics import METRICS
from chainrule.utils.columns import aligned, cut

WIDTH = 80
MOST_CLASSES = 12  # of which each has its own lines; of more, those that are found least often
NAME = 20  # letters of a class's name that stand at most in a table
OF_EACH = ("recall", "precision", "f1", "roc_auc")


def report(found: Figures) -> str:
    """Metrics beside the baseline, the classes one by one, what is taken for what, calibration, remarks."""
    blocks = [_metrics(found), _each(found), _confusion(found), _calibration(found)]
    text = "\n\n".join("\n".join(block) for block in blocks if block)
    remarks = [line for remark in found.remarks for line in textwrap.wrap(remark, WIDTH)]
    return "\n".join([text, *(["", *remarks] if remarks else [])])


def _metrics(found: Figures) -> list[str]:
    rows = [[counted(found.samples), "model", "baseline"]]
    for name, value in found.metrics.items():
        metric = METRICS[name]
        if name not in found.undefined:
            rows.append([_title(found, name), metric.shown(value), metric.shown(found.baseline[name])])
    head, *others = rows
    lines = aligned([head, *([f"  {first}", *rest] for first, *rest in others)])
    told = [f"{_title(found, name)} is not defined: {why}" for name, why in found.undefined.items()]
    if found.threshold is not None:
        told.append(f"{_short(list(found.each)[1])} is said above the threshold {found.threshold:.6g}")
    told.append(f"baseline: {found.against}")
    return lines + [line for text in told for line in _wrapped(text)]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ")


def _title(found: Figures, name: str) -> str:
    """A metric in words: precision, recall and F1 are those of yes, or the mean."""
    title = METRICS[name].title
    if name not in ("precision", "recall", "f1"):
        return title
    yes = found.kind == "classes" and len(found.each) == 2
    return f"{title} of {_short(list(found.each)[1])}" if yes else f"mean {title}"


def _each(found: Figures) -> list[str]:
    if found.kind == "numbers":
        names = list(found.each) if len(found.each) > 1 else []
        rows = [["output", *(METRICS[name].title for name in found.metrics)]] if names else []
        for name in names:
            figures = found.each[name]
            rows.append([_short(name), *(METRICS[of].shown(figures[of]) for of in found.metrics)])
        return _indented(rows)
    rows = [
        ["class" if found.kind == "classes" else "label", "found", *(METRICS[of].title for of in OF_EACH)]
    ]
    for name in _told(found):
        figures = found.each[name]
        counted = f"{figures['found']:,} of {figures['samples']:,}"
        rows.append([_short(name), counted, *(METRICS[of].shown(figures[of]) for of in OF_EACH)])
    more = len(found.each) - len(rows) + 1
    return _indented(rows) + ([f"  … and {more} more, found more often"] if more else [])


def _told(found: Figures) -> list[str]:
    """The names that have a line: all of a few, else those that are found least often."""
    names = list(found.each)
    if len(names) <= MOST_CLASSES:
        return names
    recall = {name: found.each[name]["recall"] for name in names}
    # The sort keeps the order of equal ones; of a class without samples nothing is known.
    worst = sorted(names, key=lambda name: 1.0 if recall[name] is None else recall[name] or 0.0)
    return worst[:MOST_CLASSES]


def _confusion(found: Figures) -> list[str]:
    """What is said (columns) of each class (rows); where that is too wide, what is mistaken most often."""
    if found.confusion is None:
        return []
    names = [_short(name) for name in found.each]
    if len(names) <= MOST_CLASSES:
        rows = [["true \\ said", *names]]
        rows += [[name, *map(str, row)] for name, row in zip(names, found.confusion.tolist(), strict=True)]
        lines = _indented(rows)
        if max(map(len, lines)) <= WIDTH:
            return lines
    off = found.confusion - np.diag(np.diag(found.confusion))
    order = np.argsort(-off, axis=None, kind="stable")[:5]
    pairs = [divmod(int(at), len(names)) for at in order]
    pairs = [(i, j) for i, j in pairs if off[i, j]]
    return [f"  {off[i, j]:,} of {names[i]} said to be {names[j]}" for i, j in pairs]


def _calibration(found: Figures) -> list[str]:
    if not found.calibration:
        return []
    if len(found.each) == 2:
        yes = _short(list(found.each)[1])
        head = [f"probability of {yes}", "samples", f"{yes} in fact"]
    else:
        head = ["probability of the answer", "samples", "right in fact"]
    return _indented(
        [head, *([f"{each.said:.2f}", f"{each.samples:,}", f"{each.true:.2f}"] for each in found.calibration)]
    )


def _indented(rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"  {line}" for line in aligned(rows)] if rows else []


def _short(name: str) -> str:
    return cut(" ".join(name.split()), NAME)
