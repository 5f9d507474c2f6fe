"""What may be changed: the mutants that mutmut's operators make of four rooms."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "chainrule"
ROOMS = ("expressions", "program", "parts", "walkthrough")


@dataclass(frozen=True)
class Mutant:
    """A change to a file, by number: the first and last line of its statement, whether that runs at import."""

    path: str
    index: int
    lines: tuple[int, int]
    at_import: bool

    @property
    def room(self) -> str:
        """The first folder of its path."""
        return self.path.partition("/")[0]


@dataclass(frozen=True)
class Change:
    """A node of a syntax tree and what stands in its place; the lines and whether they run as a mutant's."""

    node: cst.CSTNode
    other: cst.CSTNode
    lines: tuple[int, int]
    at_import: bool


class Visitor(cst.CSTVisitor):
    """Collects every change of a file."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Change] = []
        self.statement: tuple[int, int] | None = None
        self.depth = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Note the changes of a node, unless nothing within it can be observed."""
        if unobservable(node):
            return False
        place = self.get_metadata(PositionProvider, node, None)
        if place is not None:
            span = place.start.line, place.end.line
            if isinstance(node, cst.SimpleStatementLine):
                self.statement = span
            lines = self.statement or span
            for kind, operator in mutation_operators:
                if isinstance(node, kind):
                    others = (other for other in operator(node) if not same(node, other))
                    self.found += [Change(node, other, lines, self.depth == 0) for other in others]
        self.depth += isinstance(node, cst.FunctionDef | cst.Lambda)
        return True

    def on_leave(self, node: cst.CSTNode) -> None:
        """Come out of a statement or a function."""
        if isinstance(node, cst.SimpleStatementLine):
            self.statement = None
        self.depth -= isinstance(node, cst.FunctionDef | cst.Lambda)


@cache
def changes(path: str) -> tuple[cst.Module, list[Change]]:
    """A file's syntax tree, and each change to it."""
    text = (PACKAGE / path).read_text(encoding="utf-8")
    wrapper, visitor = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True), Visitor()
    wrapper.visit(visitor)
    return wrapper.module, visitor.found


def unobservable(node: cst.CSTNode) -> bool:
    """Whether nothing within a node is a mutant: what readers and type checkers alone see, that zip's operands are as
    long as each other and, as mutmut has it, decorators and the arguments of len and isinstance."""
    match node:
        case cst.Annotation() | cst.Decorator() | cst.Import() | cst.ImportFrom():
            return True
        case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()):
            return True
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value="__all__"))]):
            return True
        case cst.Assign(
            value=cst.Subscript(value=cst.Name(value="Callable" | "Literal" | "Sequence" | "tuple"))
        ):
            return True
        case cst.Assign(value=cst.Subscript(value=cst.Attribute(attr=cst.Name(value="ndarray")))):
            return True
        case cst.If(test=cst.Name(value="TYPE_CHECKING")):
            return True
        case cst.Call(func=cst.Name(value="len" | "isinstance" | "TypeVar" | "cast")):
            return True
        case cst.Arg(keyword=cst.Name(value="strict")):
            return True
    return False


def same(node: cst.CSTNode, other: cst.CSTNode) -> bool:
    """Whether a change changes nothing: zip without strict, None for the False of a bool."""
    match node, other:
        case cst.Call(func=cst.Name(value="zip"), args=before), cst.Call(args=after):
            plain, changed = ([arg for arg in args if not unobservable(arg)] for args in (before, after))
            return [*map(id, plain)] == [*map(id, changed)]
        case (
            cst.AnnAssign(
                annotation=cst.Annotation(annotation=cst.Name(value="bool")), value=cst.Name(value="False")
            ),
            cst.AnnAssign(value=cst.Name(value="None")),
        ):
            return True
    return False


def all_mutants() -> dict[str, list[Mutant]]:
    """Every mutant, by room."""
    found: dict[str, list[Mutant]] = {room: [] for room in ROOMS}
    for room in ROOMS:
        for file in sorted((PACKAGE / room).rglob("*.py")):
            path = file.relative_to(PACKAGE).as_posix()
            found[room] += [
                Mutant(path, index, change.lines, change.at_import)
                for index, change in enumerate(changes(path)[1])
            ]
    return found


@cache
def mutated(mutant: Mutant) -> str:
    """The file's text with the change made."""
    module, found = changes(mutant.path)
    change = found[mutant.index]
    code: str = module.deep_replace(change.node, change.other).code  # type: ignore[arg-type]
    return code


@cache
def difference(mutant: Mutant) -> tuple[str, str]:
    """The lines that go and those that come, each without the space around them."""
    old = (PACKAGE / mutant.path).read_text(encoding="utf-8").splitlines()
    told = [line for line in difflib.ndiff(old, mutated(mutant).splitlines()) if line[0] in "-+"]
    minus, plus = (" ".join(line[2:].strip() for line in told if line[0] == sign) for sign in "-+")
    return minus, plus
