"""A training step as a workbook: each number a cell, each cell that is computed its formula."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError, MissingPackage
from chainrule.export.about import comment_text, tolerance, trial
from chainrule.export.excel_formulas import letters
from chainrule.export.excel_layout import FIRST_COLUMN, FIRST_ROW, Layout, rows
from chainrule.model.model import Model
from chainrule.model.record import Record
from chainrule.parts.contract import Array, Optimizer
from chainrule.utils.counts import counted
from chainrule.utils.workbooks import about, book_bytes, text_cell

STEP, EXPORTED = "Step", "As exported"
INK, SOFT, PAPER, CHANGES = "1C2024", "565D64", "FDFDFB", "005F9E"
FILLS = {  # the page's colours
    "GIVEN": "EEF1F3", "FORWARD": "C6DCEC", "LOSS": "F6EDD3", "BACKWARD": "F8DCC6", "UPDATE": "E6E1F2",
    "REPEAT": "A5D2B3",
}  # fmt: skip
CHANGED = "numbers were changed: the sheet 'As exported' has those that it began with"
HOW = (
    "Change a blue number: everything below follows. Rows are samples, columns units. Names and rules stand on the "
    "left; [z1 1] is a part of the rule of z1."
)


def write_excel(network: Model, data: Any = None, optimizer: Any = None) -> bytes:
    """The workbook; see `Network.export`."""
    try:
        import openpyxl
    except ImportError as error:
        raise MissingPackage("openpyxl", "writing a workbook") from error
    X, y = _samples(network) if data is None else _pair(data)
    layout = Layout(Record.take(network, X, y, Optimizer.of("sgd" if optimizer is None else optimizer)))
    book = openpyxl.Workbook()
    step, exported = book.active, book.create_sheet(EXPORTED)
    step.title = STEP
    _fill(step, layout, live=True)
    _fill(exported, layout, live=False)
    _check(step, layout)
    book.calculation.fullCalcOnLoad = True
    about(book, comment_text(network.title()), _about(layout.trace))
    return _bytes(book)


def _pair(data: Any) -> tuple[Any, Any]:
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise KindError("data is no pair: give the samples as data=(X, y).")
    return data[0], data[1]


def _samples(network: Model) -> tuple[Array, Any]:
    """Samples to begin with: as many as a step needs, near the inputs' mean."""
    least = max([network.paired_loss.group, *(layer.min_samples for layer in network.layers)])
    X = np.resize(trial(network)[0], (least, network.inputs))
    if not network.paired_loss.reads_targets:
        return X, None
    if network.answers.of_classes or network.loss_part.is_classification:
        return X, np.arange(1, least + 1) % max(network.outputs, 2)
    return X, np.zeros((least, network.outputs))


def _about(trace: Record) -> str:
    """What is told of the workbook to whoever asks for its properties, in lines."""
    network = trace.network
    return "\n".join(
        comment_text(line)
        for line in (
            f"{network.title()}: a training step, with the weights inside.",
            "Written by chainrule.",
            f"{trace.program.data}: {counted(network.inputs, 'number')}",
            f"{trace.program.output}: {counted(network.outputs, 'number')}",
            *([f"classes: {', '.join(network.classes[:64])}"] if network.classes else []),
        )
    )


def _fill(sheet: Any, layout: Layout, live: bool) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    trace = layout.trace
    network, optimizer = trace.network, trace.optimizer
    sheet["A1"] = "    ".join(
        [network.title(), network.loss_part.label(), *([str(optimizer)] if optimizer is not None else [])]
    )
    sheet["A1"].font = Font(size=14, bold=True, color=INK)
    sheet["A2"] = HOW if live else "The numbers of the sheet Step as chainrule computed them."
    sheet["A2"].font = Font(italic=True, color=SOFT)
    last = layout.widest
    for heading in layout.headings:
        cell = sheet.cell(heading.row, 1, heading.text)
        cell.font = Font(
            bold=True, size=10 if heading.of_step else 11, color=SOFT if heading.of_step else INK
        )
        if not heading.of_step:
            for column in range(1, last + 1):
                sheet.cell(heading.row, column).fill = PatternFill("solid", fgColor=FILLS[heading.section])
    for block in layout.blocks:
        text_cell(sheet, block.row, 1, block.name).font = Font(bold=not block.name.startswith(" "), color=INK)
        rule = text_cell(sheet, block.row, 2, block.rule)
        rule.font = Font(italic=True, color=SOFT)
        rule.alignment = Alignment(wrap_text=len(block.rule) > 60, vertical="top")
    for row, column, value, own, block in rows(layout):
        cell = sheet.cell(row, column, own if live and own is not None else value)
        cell.number_format = "General" if float(value).is_integer() and own is None else "0.000000"
        cell.font = Font(color=CHANGES if live and block.changes else INK)
        cell.fill = PatternFill("solid", fgColor=PAPER if own is not None else "F5F3FA")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 14, 46
    for column in range(FIRST_COLUMN, last + 1):
        sheet.column_dimensions[letters(column)].width = 12
    sheet.freeze_panes = sheet.cell(FIRST_ROW - 1, FIRST_COLUMN)
    sheet.sheet_view.showGridLines = False


def _check(sheet: Any, layout: Layout) -> None:
    """The cell that says whether a program computes what chainrule computed."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import Font, PatternFill

    first, last = letters(FIRST_COLUMN), letters(layout.widest)

    def pair(top: int, bottom: int) -> tuple[str, str]:
        area = f"{first}{top}:{last}{bottom}"
        return area, f"'{EXPORTED}'!{area}"

    given, was_given = pair(FIRST_ROW, layout.computed_from - 1)
    computed, was_computed = pair(layout.computed_from, layout.row - 1)
    near = tolerance(layout.trace.network)
    off = f"SUMPRODUCT((ABS({computed} - {was_computed}) > {near!r} * (1 + ABS({was_computed}))) * 1)"
    changed = f"SUMPRODUCT(({given} <> {was_given}) * 1)"
    sheet["A3"], sheet["A3"].font = "Check", Font(bold=True, color=INK)
    sheet["B3"] = (
        f'=IF({changed} > 0, "{CHANGED}", IF({off} = 0, "agrees with chainrule", "DIFFERS from chainrule"))'
    )
    for start, colour in (("agrees", "A5D2B3"), ("DIFFERS", "E8B9BF")):
        sheet.conditional_formatting.add(
            "B3",
            FormulaRule([f'LEFT($B$3, {len(start)})="{start}"'], fill=PatternFill("solid", bgColor=colour)),
        )


def _bytes(book: Any) -> bytes:
    found = book_bytes(book)
    if len(found) > 2**26:
        raise InputError(f"the workbook would have {len(found):,} bytes: take another kind of file.")
    return found
