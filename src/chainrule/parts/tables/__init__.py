"""The preparation of a table's columns: what each is, and the layer that makes numbers of them."""

from chainrule.parts.tables.columns import Columns

__all__ = ["Columns"]
