"""What every workbook needs: cells of text, and bytes that tell no time."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from chainrule.utils.archives import TIME, Archive


def text_cell(sheet: Any, row: int, column: int, text: str) -> Any:
    """A cell of text, whatever it begins with."""
    cell = sheet.cell(row, column)
    cell.value, cell.data_type = text, "s"
    return cell


def about(book: Any, title: str, description: str) -> None:
    """Say what the workbook is to whoever asks for its properties."""
    properties = book.properties
    properties.creator, properties.created, properties.modified = "chainrule", TIME, TIME
    properties.title, properties.description = title, description


def book_bytes(book: Any) -> bytes:
    """The workbook as a file; the same cells give the same bytes."""
    from openpyxl.writer.excel import ExcelWriter

    buffer = io.BytesIO()
    ExcelWriter(book, Archive(buffer, "w", zipfile.ZIP_DEFLATED)).save()
    return buffer.getvalue()
