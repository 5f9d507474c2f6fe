"""What holds for every part: it is small, and nothing but its own file knows its name."""

from __future__ import annotations

import ast
import inspect
import re
import statistics
from pathlib import Path

import chainrule
from chainrule.parts.contract import (
    Activation,
    Clipping,
    Initializer,
    Layer,
    Loss,
    Optimizer,
    Part,
    Penalty,
    Schedule,
)

SOURCE = Path(chainrule.__file__).parent
KINDS = (Activation, Layer, Loss, Optimizer, Penalty, Clipping, Schedule, Initializer)
# What a network is made of when nothing is said, of functions too.
DEFAULTS = {
    "network.py": {'"adam"'}, "model/model.py": {'"cross_entropy"', '"glorot"'},
    "model/layer_list.py": {"Dense", "Identity", '"relu"', '"softmax"'},
    "parts/layers.py": {"ReLU"}, "utils/wrong_keywords.py": {
        "Adam", "Momentum", '"l1"', '"l2"', '"clip_value"', '"clip_norm"',
    },  # advice
    "parts/optimizers/lookahead.py": {'"adam"'},
    "cli/preparing.py": {
        "Columns", "Standardize", '"relu"', '"softmax"', '"sigmoid"', '"identity"', '"cross_entropy"',
        '"binary_cross_entropy"', '"half_squared_error"',
    },
    "cli/parts.py": {"Columns"},
    "model/precision.py": {"Standardize"}, "cli/wording.py": {"Standardize"},  # advice
    # What options are called by.
    "cli/toolkit.py": {
        '"batch_norm"', '"layer_norm"', '"dropout"', '"l1"', '"l2"', "ElasticNet", "ClipNorm", "WarmUp",
    },
    "cli/compare.py": {'"batch_norm"', '"layer_norm"', '"dropout"', '"adam"'},
    "utils/frames.py": {"Columns"}, "model/target_scale.py": {"Standardize"},
    "parts/tables/column.py": {"Columns", "Standardize"},
    "data/arrays.py": {'"sigmoid"', '"cross_entropy"'},  # advice
    "cli/networks.py": {'"relu"', '"softmax"', '"cross_entropy"'}, "cli/train.py": {'"adam"'},
    "cli/play.py": {'"relu"', '"identity"', '"half_squared_error"', '"sgd"', '"adam"'},
    # What a page begins with, and which parts its settings can say; what it says beside the lines of some parts.
    "page/settings.py": {
        "Dense", "Dropout", "BatchNorm", "LayerNorm", '"relu"', '"softmax"', '"cross_entropy"', '"glorot"', '"sgd"',
        '"batch_norm"', '"layer_norm"', '"dropout"', '"triplet"', '"lookahead"', '"step_decay"',
    },
    "page/reading.py": {"Dropout", '"dropout"', '"identity"', '"glorot"'}, "page/session.py": {'"glorot"'},
    "page/worlds.py": {'"identity"', '"softmax"', '"half_squared_error"', '"cross_entropy"'},
    "page/address.py": {'"relu"', '"dropout"'}, "page/course.py": {"SGD"}, "page/structure.py": {'"identity"'},
    "page/words.py": {
        "Dense", "ReLU", "Sigmoid", "Tanh", '"identity"', '"relu"', '"leaky_relu"', '"sigmoid"', '"softmax"',
        '"dropout"',
    },
    "export/onnx_words.py": {"Tanh"}, "export/onnx_graph.py": {"Identity"},  # operators of ONNX
    "cli/options.py": {"Columns"},  # of the race
    "export/excel_book.py": {'"sgd"'},
    # How a slip in a part is called, where that is a matter of the part.
    "check/code/activations.py": {'"identity"'}, "check/code/passes.py": {'"identity"'},
    "check/code/follow.py": {'"identity"', '"sgd"'}, "check/code/hypotheses.py": {
        "Dense", "Dropout", '"half_squared_error"', '"mean_absolute_error"', '"binary_cross_entropy"',
        '"cross_entropy"',
    },  # what a learner's program may train
    "check/templates.py": {'"identity"', '"relu"'}, "check/catalogue.py": {'"relu"', "Adam"},
    # What functions are called on anybody's page.
    "check/proofreading/grammar.py": {
        "ReLU", "Sigmoid", "Tanh", "Softmax", '"relu"', '"sigmoid"', '"softmax"',
    },
    "check/proofreading/counting.py": {'"relu"', '"sigmoid"', '"softmax"'},
    "check/probing/tasks.py": {'"relu"'},  # advice
    # What the course is about, and how a learner's functions are called.
    "course/lines.py": {'"sgd"'}, "course/chapters.py": {'"adam"', '"batch_norm"', '"softmax"'},
    "course/solutions/09_digits.py": {'"softmax"'},
    # What a diagnosis may advise, and its command.
    "diagnosis/fix.py": {
        "Identity", "ReLU", "LeakyReLU", "Sigmoid", "Tanh", "Softmax", "Standardize", "Glorot", "He", '"identity"',
        '"sigmoid"', '"cross_entropy"',
    },
    "cli/diagnose.py": {'"adam"', '"standardize"'},
    "cli/check.py": {'"sgd"'}, "cli/explain.py": {'"sgd"'}, "cli/why.py": {'"sgd"'}, "cli/code.py": {'"sgd"'},
    "cli/draw.py": {'"sgd"'},
    "cli/exercise.py": {'"sgd"'}, "cli/grade.py": {'"sgd"'},
}  # fmt: skip
# Words that mean something else as well: operations, kinds of noise, kinds of leaves, a setting.
HOMONYMS = {'"columns"', '"tanh"', '"uniform"', '"normal"', '"constant"', '"momentum"'}


def parts() -> list[type[Part]]:
    found: dict[type[Part], None] = {}
    for kind in KINDS:
        found |= dict.fromkeys(kind.registry().values())
    return list(found)


def lines_of(part: type[Part]) -> int:
    """The lines of a class without its docstring and without what is empty."""
    source = inspect.getsource(part)
    node = ast.parse(source.lstrip()).body[0]
    assert isinstance(node, ast.ClassDef)
    documented = ast.get_docstring(node) is not None
    skipped = range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1) if documented else range(0)
    lines = enumerate(source.lstrip().splitlines(), 1)
    return sum(bool(line.strip()) for number, line in lines if number not in skipped)


def test_a_part_is_a_small_class() -> None:
    sizes = {part.__name__: lines_of(part) for part in parts()}
    assert len(sizes) > 60
    assert statistics.median(sizes.values()) <= 15
    assert max(sizes.values()) <= 60, {name: size for name, size in sizes.items() if size > 60}


def test_a_part_says_where_it_comes_from() -> None:
    known = {part for part in parts() if not issubclass(part, Initializer) or part.__name__ not in WITHOUT}
    silent = [
        part.__name__ for part in known
        if "Source:" not in (part.__doc__ or "") and part.__name__ not in WITHOUT
    ]  # fmt: skip
    assert silent == []


WITHOUT = {"Identity", "Zeros", "Constant", "Normal", "Uniform"}  # there is nobody to thank for these


def test_nothing_but_its_own_file_names_a_part() -> None:
    own = {part: Path(inspect.getfile(part)) for part in parts()}
    named: list[str] = []
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(SOURCE).as_posix()
        if path.name == "__init__.py" or place in ("examples.py", "nearest.py"):
            continue  # exports; the worked example; what names mean elsewhere
        if place.startswith(("bench/", "exchange/", "sklearn/")):
            continue  # the race, whose networks are given; what other houses' words are here
        text = _without_docstrings(path.read_text())
        there = set(re.findall(r"(?<![\w.])\w+", text))
        for part, home in own.items():
            pair = place.startswith("parts/losses/") and issubclass(part, Activation | Loss)
            if home == path or pair:  # which outputs and which other loss to take is the losses' to say
                continue
            for word in (part.__name__, f'"{part.name()}"'):
                found = word in text if word[0] == '"' else word in there
                if found and word not in HOMONYMS | DEFAULTS.get(place, set()):
                    named.append(f"{place} names {word}")
    assert named == [], "\n".join(named)


def test_what_may_be_named_is_there() -> None:
    names = {part.__name__ for part in parts()} | {f'"{part.name()}"' for part in parts()}
    for place, words in DEFAULTS.items():
        assert (SOURCE / place).is_file(), place
        assert words <= names, place


def _without_docstrings(source: str) -> str:
    """A module's code alone: without docstrings and comments, and without the lines of its imports."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [  # type: ignore[attr-defined]
                item for item in body
                if not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant))
                and not isinstance(item, ast.Import | ast.ImportFrom)
            ] or [ast.Pass()]  # fmt: skip
    return ast.unparse(tree).replace("'", '"')
