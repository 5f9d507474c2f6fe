"""Tables in files: their layout, their columns, and what is predicted of them.

A file of text is read by `text`: `finding` finds its layout out, `gathering` makes columns of its rows, and `columns`
says what stands in each. `frames` brings the same columns from pandas. `reading` makes samples of them.
"""

from chainrule.data.tables.reading import is_table, read_csv, read_features, read_table
from chainrule.data.tables.reports import ColumnReport, TableReport

__all__ = ["ColumnReport", "TableReport", "is_table", "read_csv", "read_features", "read_table"]
