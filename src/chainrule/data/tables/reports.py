"""What was seen in a table, and what is done with it."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.data.tables.columns import Column, Seen
from chainrule.utils.columns import aligned

SHOWN = 24  # columns that are listed in full


@dataclass(frozen=True)
class ColumnReport:
    """What was seen in a column, and what is done with it.

    Parameters
    ----------
    name : of the column
    seen : "number", "yes/no", "category", "date", "text", "id" or "empty"
    values : its values in a few words
    missing : how many are missing
    done : what is done with it
    unit : the currency or "%" that its numbers have, or ""
    """

    name: str
    seen: Seen
    values: str
    missing: int
    done: str
    unit: str = ""


@dataclass(frozen=True)
class TableReport:
    """What was seen in a table.

    Parameters
    ----------
    said : what is unusual about its layout, in a line; empty if nothing is
    columns : those of the file, in its order
    """

    said: str
    columns: tuple[ColumnReport, ...]

    def __str__(self) -> str:
        """The columns as a table of text."""
        shown = self.columns if len(self.columns) <= SHOWN else (*self.columns[: SHOWN - 2], self.columns[-1])
        rows = [("column", "seen as", "values", "missing", "what is done")]
        rows += [
            (" ".join(c.name.split()), c.seen, c.values, f"{c.missing:,}" if c.missing else "", c.done)
            for c in shown
        ]
        if others := len(self.columns) - len(shown):
            rows.insert(-1, (f"… {others:,} more", "", "", "", ""))
        return "\n".join(aligned(rows, left=True))


def report_of(column: Column, done: str) -> ColumnReport:
    """What was seen in a column, with what is done with it."""
    spelled, unit = (column.spelled.said, column.spelled.unit) if column.spelled else ("", "")
    return ColumnReport(
        column.name, column.seen, ", ".join(filter(None, (column.said, spelled))), column.missing, done, unit
    )
