"""A prediction as one SELECT, for small networks: each line of the program is a step of WITH, each entry a column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.export.about import comment_text, head, tolerance, trial
from chainrule.export.language import Language, Writer, ascii_variables
from chainrule.export.rowwise import Apply, Fold, Line, Read, Rowwise
from chainrule.export.statements import indented
from chainrule.model.model import Model, reads_tables
from chainrule.parts.contract import Array
from chainrule.training.predicting import decides

DOUBLE = '"'
MOST_WEIGHTS, MOST_COLUMNS = 20_000, 900
DEEPEST = 3  # some forms name an operand twice
FUNCTIONS = {
    "exp": "EXP", "log": "LN", "sin": "SIN", "cos": "COS", "tanh": "TANH", "arctan": "ATAN", "sqrt": "SQRT",
    "absolute": "ABS", "floor": "FLOOR", "power": "POWER", "sign": "SIGN",
}  # fmt: skip
FORMS = {
    "log1p": ("LN({one} + {0:50})", 100),
    "expm1": ("EXP({0:0}) - {one}", 40),
    "square": ("POWER({0:0}, 2)", 100),
    "reciprocal": ("{one} / {0:65}", 60),
    "cast": ("({0:0})", 100),
    "where": ("CASE WHEN {0:0} THEN {1:0} ELSE {2:0} END", 100),
    "indicator": ("CASE WHEN {0:0} THEN {one} ELSE {zero} END", 100),
    "maximum": ("CASE WHEN {0:40} >= {1:40} THEN {0:0} ELSE {1:0} END", 100),
    "minimum": ("CASE WHEN {0:40} <= {1:40} THEN {0:0} ELSE {1:0} END", 100),
    "logaddexp": (
        "(CASE WHEN {0:40} >= {1:40} THEN {0:0} ELSE {1:0} END + LN({one} + EXP(-ABS({0:40} - {1:50}))))", 100,
    ),
    "equal": ("{0:40} = {1:40}", 30),
    "not_equal": ("{0:40} <> {1:40}", 30),
    "isnan": ("{0:40} IS NULL", 30),
}  # fmt: skip
HOW = [
    "samples is your table, and id its key: put their names where given is made. Each row of the result has a column "
    "checked, which is 1 where three rows of this file's own give the outputs of the network that was exported. "
    "Where an input is NULL, so are the outputs, unless the network fills it.",
    "Everything is computed in double precision. It needs EXP and LN, and WITH ... AS MATERIALIZED.",
]


def number(value: float, dtype: np.dtype[Any]) -> str:
    """A number in decimals."""
    return repr(float(np.float32(value) if dtype == np.float32 else value))


SQL = Language(
    name="SQL",
    functions=FUNCTIONS,
    forms=FORMS,
    number=number,
    entry=lambda name, axes, sizes: name,  # see `_Columns`
)


class _Columns(Writer):
    """Writes entries by where the letters stand: those of weights as numbers, those of lines as columns."""

    at: Mapping[str, int]
    folded: Mapping[str, str]

    def read(self, entry: Read) -> str:
        """A number, a column, or a sum with all its terms."""
        if entry.name in self.folded:
            return self.folded[entry.name]
        place = tuple(self.at.get(axis, 0) for axis in entry.axes)
        if entry.name in self.rows.arrays:
            array = self.rows.arrays[entry.name]
            return number(float(array[place]), array.dtype)
        return column(self.variables[entry.name], place)

    def entry(self, line: Line, at: Mapping[str, int]) -> str:
        """The entry of a line where its letters stand so."""
        assert line.value is not None
        self.folded = {}
        self.folded = {fold.name: self._fold(fold, at) for fold in line.folds}
        self.at = at
        return self(line.value)

    def _fold(self, fold: Fold, at: Mapping[str, int]) -> str:
        terms = []
        for place in product(*(range(size) for _, size in fold.over)):
            self.at = {**at, **dict(zip((letter for letter, _ in fold.over), place, strict=True))}
            term = self(fold.value)
            terms.append(f"({term})" if term[0] == "-" else term)
        if fold.largest:
            return f"(SELECT MAX(v) FROM (SELECT {' AS v UNION ALL SELECT '.join(terms)} AS v) AS entries)"
        return f"({' + '.join(terms)})"


def column(variable: str, place: Iterable[int]) -> str:
    """The column of an entry."""
    return f"{variable}__{'_'.join(map(str, place)) or '0'}"


def quoted(name: str, sign: str, what: str) -> str:
    """A name or a label between signs, doubled where it holds them."""
    if "\0" in name:
        raise InputError(
            f"{what} {name!r} can't be written in SQL: it holds a zero character. Give it another name."
        )
    return f"{sign}{name.replace(sign, sign * 2)}{sign}"


def write_sql(network: Model) -> str:
    """The statement; see `Network.export`."""
    rows = Rowwise(network, DEEPEST)
    _check_size(rows)
    write = _Columns(SQL, rows, ascii_variables(rows, ()))
    steps = [("given", _given(write))]
    lines = [line for line in rows.lines if line.value is not None]
    for i, line in enumerate(lines):
        later = {name for other in lines[i + 1 :] for name in _reads(other)}
        kept = [name for name in (rows.data, *(other.name for other in lines[:i])) if name in later]
        steps.append((f"step_{i}", _step(write, line, kept, steps[-1][0])))
    text = [f"-- {line}".rstrip() for line in head(network, rows.multiplications, HOW)]
    for i, (name, body) in enumerate(steps):
        text += [f"{', ' if i else 'WITH '}{name} AS MATERIALIZED (", *indented(body), ")"]
    return "\n".join([*text, *_result(write, steps[-1][0])]) + ";\n"


def _check_size(rows: Rowwise) -> None:
    weights = sum(int(np.size(array)) for array in rows.arrays.values())
    columns = max(int(np.prod(sizes)) for name, sizes in rows.sizes.items() if name not in rows.arrays)
    if weights > MOST_WEIGHTS or columns > MOST_COLUMNS:
        raise InputError(
            f"the network has {weights:,} weights and up to {columns:,} numbers in a line: one SELECT is for at most "
            f"{MOST_WEIGHTS:,} and {MOST_COLUMNS:,}. Take another kind of file."
        )


def _reads(line: Line) -> Iterator[str]:
    """The names that a line reads."""
    stack = [line.value, *(fold.value for fold in line.folds)]
    while stack:
        entry = stack.pop()
        if isinstance(entry, Read):
            yield entry.name
        elif isinstance(entry, Apply):
            stack += entry.args


def _places(sizes: Iterable[int]) -> Iterator[tuple[int, ...]]:
    return product(*(range(size) for size in sizes))


def _all_columns(write: Writer, name: str) -> list[str]:
    return [column(write.variables[name], place) for place in _places(write.rows.sizes[name])]


def _given(write: Writer) -> list[str]:
    """The inputs of the table's rows, and of the rows by which the statement checks itself."""
    network = write.rows.network
    columns = _all_columns(write, write.rows.data)
    names = network.features or [f"x{i}" for i in range(network.inputs)]
    asked = [quoted(name, DOUBLE, "the feature") for name in names]
    gone = " OR ".join(f"{name} IS NULL" for name in asked)
    whole = "1" if reads_tables(network) else f"CASE WHEN {gone} THEN 0 ELSE 1 END"
    inputs = [f"CAST({name} AS DOUBLE PRECISION) AS {as_}" for name, as_ in zip(asked, columns, strict=True)]
    lines = [
        "SELECT 0 AS own, id,",
        f"    {whole} AS whole,",
        *(f"    {text}," for text in inputs[:-1]),
        f"    {inputs[-1]}",
        "FROM samples",
    ]
    for i, row in enumerate(trial(network)[0]):
        lines.append(f"UNION ALL SELECT {i + 1}, NULL, 1, {', '.join(number(v, row.dtype) for v in row)}")
    return lines


def _step(write: _Columns, line: Line, kept: list[str], before: str) -> list[str]:
    letters, variable = [letter for letter, _ in line.loops], write.variables[line.name]
    made = [
        f"{write.entry(line, dict(zip(letters, place, strict=True)))} AS {column(variable, place or (0,))}"
        for place in _places(size for _, size in line.loops)
    ]
    columns = ["own", "id", "whole", *(name for of in kept for name in _all_columns(write, of))]
    return [f"-- {comment_text(write.formula(line))}", f"SELECT {', '.join(columns)},",
            *(f"    {part}," for part in made[:-1]), f"    {made[-1]}", f"FROM {before}"]  # fmt: skip


def _result(write: Writer, last: str) -> list[str]:
    network, columns = write.rows.network, _all_columns(write, write.rows.output)
    chosen = [(_chosen(network, columns), "class")] if decides(network) and network.answers.count == 1 else []
    near, wrong = repr(tolerance(network)), []
    for i, row in enumerate(trial(network)[1]):
        off = [
            f"ABS({name} - {_bracketed(value, row)}) <= {near} * (1 + ABS({_bracketed(value, row)}))"
            for name, value in zip(columns, row, strict=True)
        ]
        wrong.append(f"WHEN own = {i + 1} AND {' AND '.join(off)} THEN 1")
    told = [
        f"CASE WHEN whole = 1 THEN {text} END AS {as_}"
        for text, as_ in [*zip(columns, columns, strict=True), *chosen]
    ]
    return [
        "SELECT id,",
        *(f"    {text}," for text in told),
        f"    (SELECT MIN(CASE {' '.join(wrong)} ELSE 0 END) FROM {last} WHERE own > 0) AS checked",
        f"FROM {last} WHERE own = 0",
    ]


def _bracketed(value: Any, row: Array) -> str:
    return f"({number(value, row.dtype)})"


def _chosen(network: Model, columns: list[str]) -> str:
    """The class, by its name if it has one."""
    names = [quoted(name, "'", "the class") for name in network.classes or ()]
    names = names or [str(i) for i in range(max(network.outputs, 2))]
    if (limit := network.decisions.last_above) is not None:
        return f"CASE WHEN {columns[-1]} > {limit!r} THEN {names[1]} ELSE {names[0]} END"
    cases = []
    for i, name in enumerate(columns[:-1]):
        others = " AND ".join(f"{name} >= {other}" for other in columns[i + 1 :])
        cases.append(f"WHEN {others} THEN {names[i]}")
    return f"CASE {' '.join(cases)} ELSE {names[len(columns) - 1]} END"
