"""How `performance.py` writes its page: first what it comes to, then how to read it, the sections, and the goals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from chainrule.bench import report, workloads
from chainrule.bench.outcomes import LOSS_TOLERANCE, MOVEMENT_TOLERANCE

HEAD = """# Performance

<!-- Elsewhere: `how fast is it`, `benchmark`, `speed` -->

Where networks are small or of middle size, a whole training takes chainrule less time than scikit-learn and
PyTorch, mostly several times less. Where layers have a thousand units and batches hundreds of rows, time is
the matrix products', and all are about as quick; a GPU is then far ahead. The numbers are those of the
sections below, each from the machine that it names; `chainrule bench` races yours for a minute."""
WHOLE = (  # what is told first: its name, the section, and the row and column of each racer
    (
        "a hundred fits in one process",
        "A hundred fits in one process",
        [("chainrule, by default", "s"), ("scikit-learn", "s"), ("PyTorch, fused optimizer", "s")],
    ),
    (
        "MNIST to 97 %, from a cold process",
        "MNIST, from a cold process to 97 %",
        [
            (row, "code on disk, s")
            for row in ("chainrule, compiled", "scikit-learn", "PyTorch, fused optimizer")
        ],
    ),
    *(
        (
            f"`MLPClassifier()` on {name}",
            "Whole fits, beside scikit-learn",
            [(name, "code on disk, s"), (name, "scikit-learn, s"), (name, "PyTorch, s")],
        )
        for name in ("digits", "breast_cancer", "wine", "iris", "moons, 2,000", "random, 20,000 × 54")
    ),
)
READING = f"""Columns of the tables are trainings, from a network that a page could hold to one of nearly two million
weights:

{{columns}}

- **× limit** is a time as a multiple of the limit: the matrix products of a step alone, by NumPy's OpenBLAS.
  Below 1 a step is quicker than they are, since small products are compiled into it. Smaller is better.
- **× ahead of the best peer** is how many times as fast chainrule is as the quickest of the others. Larger is
  better.
- **middle half** is × limit once more, round by round, each beside the limit's time in the same round:
  between these lies the middle half of the rounds. × limit takes the best round of each, which may be two
  different ones, so that it may lie outside.
- **µs** and **median** are a step's time in the best of the rounds, and in the middle one.
- **loss** and **weights** are how far the losses, and the way that the weights went, are from plain NumPy in
  double precision. Up to {LOSS_TOLERANCE:g} and {MOVEMENT_TOLERANCE:g} that is rounding."""
MADE = """`make bench`, or `python benchmarks/performance.py`, makes this page in about 45 minutes; a part of it
`python benchmarks/performance.py --only steps --write`. On a busy machine, all that uses several threads
takes several times as long.

What each section was held to, and what came; in the tables "at most" is of × limit, and "at least" of × ahead
of the best peer."""
TITLES = ("How to read the tables", "The machine", "Goals")  # which are written here


def written(sections: Mapping[str, str], goals: Mapping[str, str], machine: Sequence[str]) -> str:
    """The page, of its sections in their order without their goals, and of these."""
    bodies = {
        TITLES[0]: READING.format(columns="\n".join(_columns())).strip(),
        TITLES[1]: "\n".join(machine),
        **sections,
        TITLES[2]: "\n\n".join([MADE, *(f"### {title}\n\n{text}" for title, text in goals.items())]),
    }
    head = "\n\n".join([HEAD, *(["\n".join(table)] if (table := _whole(sections)) else [])])
    return head + "\n" + "".join(f"\n## {title}\n\n{body}\n" for title, body in bodies.items())


def read(page: str) -> tuple[dict[str, str], dict[str, str]]:
    """The sections of a page that was written before, and their goals."""
    found = dict(_titled(page, "## "))
    goals = dict(_titled(found.get(TITLES[2], ""), "### "))
    return {title: body for title, body in found.items() if title not in TITLES}, goals


def _titled(text: str, mark: str) -> Iterator[tuple[str, str]]:
    for part in f"\n{text}".split(f"\n{mark}")[1:]:
        title, _, body = part.partition("\n")
        yield title, body.strip()


def apart(lines: Sequence[str]) -> tuple[str, str]:
    """What was measured, and how it stands to its goals: rows of tables, sentences, and lists of what was missed."""
    rest: list[str] = []
    rows: list[str] = []
    said: list[str] = []
    under, head, missed = "", "", False
    for line in lines:
        if line.startswith("### "):
            under = f"{line[4:]}: "
        if line.startswith("| ") and not (rest and rest[-1].startswith("|")):
            head = line
        missed = missed and (not line or line.startswith("- "))
        if line.startswith("| goal: "):
            rows += [*([] if head in rows else [head, _rule(head)]), line]
        elif line == "Goals that were not met:":
            missed = True
        elif missed and line:
            said.append(f"- not met: {line[2:]}")
        elif line == "All goals were met.":
            said.append("- all were met")
        elif match := re.match(r"(?:- )?Goal[:,]? (.*)", line):
            said.append(f"- {under}{match[1]}")
        else:
            rest.append(line)
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(rest)).strip()
    return body, "\n\n".join("\n".join(part) for part in (rows, said) if part)


def _rule(head: str) -> str:
    return "| --- |" + " ---: |" * (head.count("|") - 2)


def _columns() -> list[str]:
    """What the letters of the columns stand for."""
    rows = [
        ["column", "network and training"],
        *([name, str(each)] for name, each in workloads.WORKLOADS.items()),
    ]
    return [line.replace("---:", "---") for line in report.markdown(rows)]


def _whole(sections: Mapping[str, str]) -> list[str]:
    """Whole trainings in seconds, from the tables of the sections; a racer that is not in them has a dash."""
    rows = []
    for name, title, places in WHOLE:
        found = [_cell(sections.get(title, ""), row, column) for row, column in places]
        if found[0] != "–":
            rows.append([name, *found])
    return report.markdown([["seconds", "chainrule", "scikit-learn", "PyTorch"], *rows]) if rows else []


def _cell(body: str, row: str, column: str) -> str:
    """What the first table of a section with such a row has in a column; a dash where there is none."""
    head: list[str] = []
    for line in body.splitlines():
        cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
        if line.startswith("|") and column in cells:
            head = cells
        elif head and cells[0] == row:
            return cells[head.index(column)]
    return "–"
