"""Tables in files: one column is the target, the others are features."""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.cells import Cells
from chainrule.data.data_set import DataSet, Kind, check_kind
from chainrule.data.tables.columns import YES_NO, Column
from chainrule.data.tables.frames import is_frame, read_frame_table
from chainrule.data.tables.layouts import Wanted
from chainrule.data.tables.reports import TableReport, report_of
from chainrule.data.tables.standing import Kinds, check_kinds, is_plain, standing, what_is_done
from chainrule.data.tables.table import Role, Table, usable
from chainrule.data.tables.targets import find_targets
from chainrule.data.tables.text import read_text_table
from chainrule.errors import ColumnWarning, FileError, InputError, UnknownName
from chainrule.utils import checks
from chainrule.utils.files import as_path

YES = {word for pair in YES_NO for word, number in pair.items() if number == 1}
TEXTS = (".csv", ".tsv", ".tab", ".txt", ".data", ".dat")
"""How files of text are called that may hold a table."""


def is_table(path: str | os.PathLike[str]) -> bool:
    """Whether a file is called like one that holds a table."""
    return is_text(path) or is_frame(path)


def is_text(path: str | os.PathLike[str]) -> bool:
    """Whether a file is called like one of text that holds a table, packed or not."""
    return os.fspath(path).lower().removesuffix(".gz").endswith(TEXTS)


def read_table(
    path: str | os.PathLike[str],
    target: str | Sequence[str] | None = None,
    *,
    kind: Kind | None = None,
    features: Sequence[str] | None = None,
    ignore: Sequence[str] = (),
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    cells: bool | Kinds = False,
) -> DataSet:
    """Read a table: one column is the target, the others are features.

    A file of text (``.csv``, ``.tsv``, ``.txt``, ``.data``, also with ``.gz``) may have any layout: what separates
    values, the decimal mark, the encoding and whether there is a header is found out, and asked for where it is in
    doubt. Numbers may be spelled as people do, ``1,234.5``, ``$2,848`` or ``20 %``; True and False, yes and no
    become 1 and 0. ``.parquet``, ``.feather`` and ``.xlsx`` files are read by pandas.

    A target of text is classes, in alphabetical order. A target of whole numbers is classes, in order of
    size, if at most 20 different ones occur; any other numbers are regression. ``kind`` overrides that.

    What was seen and decided is in the ``report`` of what comes back.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "flowers.csv")
    ...     size = path.write_text("length;width;flower\\n5,1;3,5;rose\\n4,9;3,0;iris\\n")
    ...     data = read_table(path)
    >>> data.train
    (array([[5.1, 3.5],
           [4.9, 3. ]]), array([1, 0]))
    >>> data.features, data.classes, data.target, data.kind
    (('length', 'width'), ('iris', 'rose'), 'flower', 'classification')
    >>> data.report.said
    'semicolons, decimal comma'
    >>> print(data.report)
    column  seen as   values      missing  what is done
    length  number    4.9 … 5.1            feature
    width   number    3 … 3.5              feature
    flower  category  iris, rose           target: 2 classes

    Parameters
    ----------
    path : the file
    target : the name of the target's column; None takes the last one. Several names take columns that are all numbers,
        or all yes or no: then y has a column for each of them
    kind : ``"classification"`` or ``"regression"``; None sees for itself
    features : the names of the columns that are features, in order; None takes all but the target
    ignore : the names of columns that are left out
    delimiter : what separates values, ``","``, ``";"``, ``"tab"``, ``"blanks"`` or any other character
    decimal : the mark before decimals, ``"."`` or ``","``
    encoding : of the characters, such as ``"utf-8"`` or ``"latin-1"``
    header : whether the first line names the columns; those without names are c1, c2, …
    cells : True gives X as a table of what stands there, for `Columns`, where a column is not all numbers, or one is
        missing; a dict that says what columns are, as in ``{"district": "category"}``, gives it always: "number",
        "numeric" for numbers beside which all else counts as missing, "yes/no", "category" or "date"

    Returns
    -------
    a DataSet without test samples, X float64 of shape (rows, features), or `Cells`

    Raises
    ------
    UnknownName : a column that the file lacks, or a kind that is neither of the two
    InputError : layouts that there are none of, or a column that is wanted and ignored
    FileError : no such file; rows of another length; features that are no numbers, or not all there; anything that is
        in doubt, with what to say about it
    MissingPackage : pandas or what it reads the file with is not installed

    Warns
    -----
    ColumnWarning : a feature whose whole numbers all differ and increase, as ids do
    """
    check_kind(kind)
    targets = () if target is None else checks.names(target, "target", "['price', 'rent']")
    features = None if features is None else checks.names(features, "features", "['size', 'city']")
    ignore = checks.names(ignore, "ignore", "['id']")
    _check_names(targets, features, ignore)
    columns = None if features is None or not targets else (*features, *targets, *ignore)
    table = _read(as_path(path), Wanted(delimiter, decimal, encoding, header), columns, *targets[:1])
    for name in (*targets, *(features or ()), *ignore):
        table.column(name)
    return as_data_set(table, targets, kind, features, ignore, cells)


def as_data_set(
    table: Table,
    targets: Sequence[str],
    kind: Kind | None,
    features: Sequence[str] | None = None,
    ignore: Collection[str] = (),
    cells: bool | Kinds = False,
) -> DataSet:
    """Make samples of a table's rows; its parameters are those of `read_table`, and no target is the last column."""
    if len(table.columns) < 2:
        raise FileError(
            f"{table.path} has the one column {table.names[0]!r}. It takes at least one feature and a target, "
            "separated by commas, semicolons or tabs."
        )
    aims = [table.column(name) for name in targets] or [_last(table, ignore)]
    names = tuple(aim.name for aim in aims)
    chosen = _features(table, names, features, ignore)
    taken = {column.name for column in chosen}
    if not targets and names[0] in taken:
        raise InputError(
            f"the last column of {table.path}, {names[0]!r}, is one of features, and without a target's name it is the "
            "target: give target='…', or leave it out of features."
        )
    kinds = {} if isinstance(cells, bool) else cells
    check_kinds(table, kinds, names, [column.name for column in chosen])
    prepared = cells is not False and (bool(kinds) or not is_plain(chosen))
    X: Any = standing(table, chosen, kinds, "feature") if prepared else _matrix(table, chosen, "feature")
    found = find_targets(table, aims, kind)
    if features is None:
        _warn_of_ids(table.path, chosen)
    count = len(found.classes or ())
    done = f"{count} class{'' if count == 1 else 'es'}" if count else "numbers"
    done = "yes or no" if count and found.y.ndim > 1 else done
    done += f", {found.note}" if found.note else ""
    report = TableReport(
        table.said,
        tuple(
            report_of(
                c, f"target: {done}" if c.name in names else _done(c, taken, kinds if prepared else None)
            )
            for c in table.columns
        ),
    )
    return DataSet(
        (X, found.y), None, tuple(c.name for c in chosen), found.classes, ", ".join(names), report, names
    )


def read_csv(path: str | os.PathLike[str], target: str | None = None, *, kind: Kind | None = None) -> DataSet:
    """Read a table as `read_table` does, with all that can be found out left to it."""
    return read_table(path, target, kind=kind)


def read_features(
    path: str | os.PathLike[str],
    features: Sequence[str],
    *,
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
) -> NDArray[np.float64]:
    """Read certain columns of a table: what a trained network needs to predict, with or without a target.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "new.csv")
    ...     size = path.write_text("name,width,length\\nAnn,3.5,5.1\\n")
    ...     read_features(path, ["length", "width"])
    array([[5.1, 3.5]])

    Parameters
    ----------
    path : a table as for `read_table`; columns that are not asked for may hold anything
    features : the names of the wanted columns, at least one, in the wanted order
    delimiter, decimal, encoding, header : as for `read_table`

    Returns
    -------
    X, float64 of shape (rows, len(features))

    Raises
    ------
    UnknownName : a feature that the header lacks
    InputError, FileError, MissingPackage : as for `read_table`
    """
    return find_features(path, features, Wanted(delimiter, decimal, encoding, header))[0]


def find_features(
    path: str | os.PathLike[str], features: Sequence[str], wanted: Wanted
) -> tuple[NDArray[np.float64], str]:
    """What `read_features` reads, and what is unusual about the layout, in a line; empty if nothing is."""
    table, columns = _needed(path, features, wanted)
    return _matrix(table, columns, "needed"), table.said


def find_cells(path: str | os.PathLike[str], kinds: Kinds, wanted: Wanted) -> tuple[Cells, str]:
    """Certain columns of a table as they stand, which are of these kinds by name; and what `find_features` says."""
    table, columns = _needed(path, list(kinds), wanted)
    return standing(table, columns, kinds, "needed"), table.said


def _needed(
    path: str | os.PathLike[str], features: Sequence[str], wanted: Wanted
) -> tuple[Table, list[Column]]:
    table = _read(as_path(path), wanted, features, None)
    there = set(table.names)
    if lacking := [name for name in features if name not in there]:
        hint = f"{path} lacks: {', '.join(lacking)}."
        raise UnknownName("column", lacking[0], table.names, hint)
    return table, [table.column(name) for name in features]


def read_names(path: str | os.PathLike[str], wanted: Wanted) -> list[str]:
    """The names of a table's columns."""
    return _read(as_path(path), wanted, (), None).names


def read_texts(path: str | os.PathLike[str], name: str, wanted: Wanted) -> NDArray[np.str_]:
    """A column of a table as text, such as the groups of its rows, or their names.

    Raises
    ------
    UnknownName, FileError
    """
    table = _read(as_path(path), wanted, (name,), None)
    return np.array([str(text).strip() for text in table.texts(table.column(name))])


def _read(path: Path, wanted: Wanted, columns: Collection[str] | None, target: str | None = None) -> Table:
    if is_frame(path):
        return read_frame_table(path, wanted, columns, target)
    return read_text_table(path, wanted, columns, target)


def _check_names(targets: Sequence[str], features: Sequence[str] | None, ignore: Sequence[str]) -> None:
    """Refuse columns that are to be two things."""
    for name in targets:
        if targets.count(name) > 1:
            raise InputError(f"target = {name!r} is there twice: name it once.")
    for name in ignore:
        if name in targets:
            raise InputError(f"ignore = {name!r} is the target: leave one of the two out.")
        if features is not None and name in features:
            raise InputError(f"ignore = {name!r} is one of features: leave it out of one of the two.")
    for name in targets:
        if features is not None and name in features:
            raise InputError(f"target = {name!r} is one of features: leave it out of one of the two.")
    if features is not None and not features:
        raise InputError("features = [] names no column: give at least one.")


def _last(table: Table, ignore: Collection[str]) -> Column:
    """The last column that is not left out."""
    found = [column for column in table.columns if column.name not in ignore and column.seen != "empty"]
    if not found:
        raise FileError(f"{table.path} has no column left that holds anything. Name fewer with ignore.")
    return found[-1]


def _features(
    table: Table, targets: Sequence[str], features: Sequence[str] | None, ignore: Collection[str]
) -> list[Column]:
    if features is not None:
        chosen = [table.column(name) for name in features]
    else:
        chosen = [
            c for c in table.columns if c.name not in targets and c.name not in ignore and c.seen != "empty"
        ]
    if not chosen:
        raise FileError(
            f"{table.path} has no feature beside the target {', '.join(targets)!r}. It takes at least one."
        )
    return chosen


def _matrix(table: Table, columns: Sequence[Column], role: Role) -> NDArray[np.float64]:
    """The numbers of columns side by side."""
    bad = [column for column in columns if not usable(column)]
    if bad:
        table.numbers(bad[0], role, [column.name for column in bad[1:]])
    X = np.empty((len(table.places), len(columns)))
    for j, column in enumerate(columns):
        X[:, j] = table.numbers(column, role)
    return X


def _done(column: Column, taken: Collection[str], kinds: Kinds | None) -> str:
    if column.name not in taken:
        return "left out"
    if kinds is not None and column.seen != "id":
        return what_is_done(column, kinds.get(column.name))
    if column.seen == "yes/no" and column.texts is not None and column.spelled is None:
        yes = [text for text in dict.fromkeys(column.texts) if text.lower() in YES]
        return f"feature, 1 for {yes[0]}" if yes else "feature"
    return "feature (it may be an id: see ignore)" if column.seen == "id" else "feature"


def _warn_of_ids(path: str | os.PathLike[str], columns: Sequence[Column]) -> None:
    for column in columns:
        if column.seen == "id":
            warnings.warn(
                f"{path}, column {column.name!r}: its whole numbers all differ and increase, as those of an id do, "
                f"which tells nothing about new samples. Leave it out with ignore={[column.name]!r}, or name the "
                "features.",
                ColumnWarning,
                stacklevel=4,
            )
