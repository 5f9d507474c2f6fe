"""Any page read back, with pages of single quantities and derivations beside it."""

from __future__ import annotations

from dataclasses import dataclass, field

from checked_page import CheckedPage, reading_of, same_everywhere

from any_page import AnyPage, some_entries
from reader import Count


@dataclass
class Read:
    """How much was read back.

    Parameters
    ----------
    pages : whole pages, pages of one quantity and derivations
    lines : equations and entries of derivations
    count : what of them was counted again
    """

    pages: int = 0
    lines: int = 0
    count: Count = field(default_factory=Count)

    def __add__(self, other: Read) -> Read:
        return Read(self.pages + other.pages, self.lines + other.lines, self.count + other.count)


def read_back(page: AnyPage, more: int = 2) -> dict[str, Read]:
    """Read a page and so many single quantities of it, of an exact one with the derivations of entries; by reading.

    Raises
    ------
    Untrue, Unreadable : for the first line that is not so, or can't be read
    """
    same_everywhere(page.text)
    checked = CheckedPage(
        page.text, page.trace, reading_of(page.trace, page.digits, page.halves, page.decimals)
    )
    found = {page.reading: Read(1, len(checked.page.equations), checked.count)}
    for entry in some_entries(page, more):
        name = entry.partition("[")[0]
        alone = page.explain(name)
        same_everywhere(alone)
        lines, count = checked.check_alone(alone)
        found["one quantity"] = found.get("one quantity", Read()) + Read(1, lines, count)
        if page.digits is None and page.decimals == 6:
            tree = str(page.trace.why(entry))
            same_everywhere(tree)
            lines, count = checked.check_why(tree)
            found["why"] = found.get("why", Read()) + Read(1, lines, count)
    return found
