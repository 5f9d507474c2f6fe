"""The library's messages in the words of the command line: ``--data-dir x`` for ``data_dir='x'``."""

from __future__ import annotations

import ast
import csv
import io
import re
import shlex

_OPTIONS = (
    "threshold|kind|target|ignore|features|delimiter|decimal|encoding|header|data_dir|dtype|output|loss|activation|optimizer|"
    "epochs|layer|batch_size|seed|digits|depth|engine|threads|steps|samples_as|reduction|numbers"
)
_TEXT = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_TABLE = (
    (re.compile(r"\bheader=(True|False)"), lambda m: "--header" if m[1] == "True" else "--no-header"),
    (re.compile(r"\bignore=(\[(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|, )*\])"), lambda m: _ignored(m[1])),
    (re.compile(rf"\bcells=\{{({_TEXT}): '(numeric|category)'\}}"), lambda m: _told(m[1], m[2])),
    (re.compile(r"\bresume=True\b"), lambda m: "--resume"),
    (re.compile(r"\b\w+: learning_rate = "), lambda m: "--lr "),
    (re.compile(r"scaling=Standardize\.fitted\(X\)"), lambda m: "--standardize"),
    (
        re.compile(r"scale_target=Standardize\.fitted\(y\)|^scale_target(?= scales)"),
        lambda m: "--scale-target",
    ),
    (
        re.compile(rf"(?<![\w.(])({_OPTIONS}) ?= ?'([^']*)'"),
        lambda m: f"--{m[1].replace('_', '-')} {shlex.quote(m[2]) if ' ' in m[2] or len(m[2]) < 3 else m[2]}",
    ),
    (re.compile(rf"^({_OPTIONS}) = "), lambda m: f"--{m[1].replace('_', '-')} "),
    (re.compile(rf"^({_OPTIONS}) goes with"), lambda m: f"--{m[1]} goes with"),
    (
        re.compile(r"batch_size = (\d+): leave it out, or take another optimizer"),
        lambda m: f"--batch-size is {m[1]}: give one as large as that, or take another optimizer",
    ),
    (re.compile(r"ask trace\.why\('([^']*)'\)"), lambda m: f'ask chainrule why "{m[1]}"'),
    # What a diagnosis advises.
    (re.compile(r"\blearning_rate=(?=\d)"), lambda m: "--lr "),
    (re.compile(r"\bhidden='(\w+)'"), lambda m: f"--activation {m[1]}"),
    (re.compile(r"\binitializer='(\w+)'"), lambda m: f"--initializer {m[1]}"),
    (re.compile(r"net\.unfreeze\(\)"), lambda m: "leave --freeze out"),
    (re.compile(r"callbacks=\[EarlyStopping\(patience=(\d+)\)\]"), lambda m: f"--patience {m[1]}"),
    (re.compile(r"that net\.save wrote"), lambda m: "that chainrule train --out wrote"),
    (re.compile(r"data_dir \(--data-dir\)"), lambda m: "--data-dir"),
    (re.compile(r"Leave (kind|target|data_dir) out"), lambda m: f"Leave --{m[1].replace('_', '-')} out"),
    (re.compile(r"^halves belongs to arithmetic='by_hand'"), lambda m: "--halves belongs to --by-hand"),
    (
        re.compile(r"^formulas=True tells no numbers: .*"),
        lambda m: "--formulas tells no numbers: leave --digits and --by-hand out.",
    ),
    (re.compile(r"give trace\(…\) the targets y"), lambda m: "give --y too, or --data that has the target"),
)


def _ignored(listed: str) -> str:
    """The option that leaves columns out, of a list as Python writes it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(ast.literal_eval(listed))
    return f"--ignore {shlex.quote(text.getvalue())}"


def _told(name: str, kind: str) -> str:
    """The option that says what a column is."""
    option = "--numeric" if kind == "numeric" else "--categorical"
    return f"{option} {_ignored(f'[{name}]').removeprefix('--ignore ')}"


def in_options(message: str) -> str:
    """A message of the library, as a user of the command line would say it.

    >>> in_options("SGD: learning_rate = -1.0 is out of range: it must be at least 0.")
    '--lr -1.0 is out of range: it must be at least 0.'
    >>> in_options("take output='sigmoid', or an output for each class.")
    'take --output sigmoid, or an output for each class.'
    """
    for pattern, words in _TABLE:
        message = pattern.sub(words, message)
    return message
