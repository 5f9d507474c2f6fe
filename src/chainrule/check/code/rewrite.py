"""A program written anew so that it tells its numbers: the same statements, with each operation done by the recorder.

What the program does stays as it is: operands are computed in the same order, in-place operations stay in place.
"""

from __future__ import annotations

import ast
from typing import Any

RECORDER = "__chainrule__"  # the name of the recorder in rewritten code
SHOWN = 100  # characters of a place's source that are kept
AS_THEY_ARE = {
    "super", "locals", "globals", "vars", "dir", "eval", "exec", "print", "isinstance", "type", "len", "range",
    "hasattr", "issubclass", "open", "zip", "enumerate", "id", "format", "repr", "str",
}  # fmt: skip
Place = tuple[int, int, str, str]  # file number, line, source, what is done there


class Rewriter(ast.NodeTransformer):
    """Rewrites one file.

    Parameters
    ----------
    file : its number
    places : every place of the program that is recorded; new ones are added
    """

    def __init__(self, file: int, places: list[Place]) -> None:
        self._file, self._places = file, places

    def _place(self, node: Any, what: str, text: str | None = None) -> ast.Constant:
        text = ast.unparse(node) if text is None else text
        self._places.append((self._file, node.lineno, " ".join(text.split())[:SHOWN], what))
        return ast.Constant(len(self._places) - 1)

    def _ask(self, node: Any, method: str, *args: ast.expr, keywords: Any = ()) -> ast.expr:
        asked = ast.Attribute(ast.Name(RECORDER, ast.Load()), method, ast.Load())
        return ast.copy_location(ast.Call(asked, list(args), list(keywords)), node)

    # --- expressions ------------------------------------------------------------------------------------

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        place = self._place(node, type(node.op).__name__)
        self.generic_visit(node)
        return self._ask(node, "operate", place, node.left, node.right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        if not isinstance(node.op, ast.USub) or isinstance(node.operand, ast.Constant):
            self.generic_visit(node)
            return node
        place = self._place(node, "USub")
        self.generic_visit(node)
        return self._ask(node, "negate", place, node.operand)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Name) and node.func.id in AS_THEY_ARE:
            self.generic_visit(node)
            return node
        place = self._place(node, "call")
        self.generic_visit(node)
        return self._ask(node, "call", place, node.func, *node.args, keywords=node.keywords)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if not isinstance(node.ctx, ast.Load):
            self.generic_visit(node)
            return node
        place = self._place(node, "item")
        self.generic_visit(node)
        return self._ask(node, "item", place, node.value, self._index(node.slice))

    def _index(self, index: ast.expr) -> ast.expr:
        """An index as an expression of its own: a slice is one in brackets alone."""
        if isinstance(index, ast.Slice):
            ends = [end or ast.Constant(None) for end in (index.lower, index.upper, index.step)]
            return self._ask(index, "slice", *ends)
        if isinstance(index, ast.Tuple):
            items = [self._index(each) for each in index.elts]
            return ast.copy_location(ast.Tuple(items, ast.Load()), index)
        return index

    # --- statements -------------------------------------------------------------------------------------

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        target = node.targets[0]
        items = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        names = ast.Tuple([ast.Constant(ast.unparse(item)) for item in items], ast.Load())
        place = self._place(node, "put")
        self.generic_visit(node)
        node.value = self._ask(node, "put", place, names, node.value)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is not None:
            names = ast.Tuple([ast.Constant(ast.unparse(node.target))], ast.Load())
            place = self._place(node, "put")
            node.value = self._ask(node, "put", place, names, self.visit(node.value))
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        shown = ast.unparse(node.target)
        place = self._place(node, type(node.op).__name__)
        name = ast.Constant(shown)
        self.generic_visit(node)
        before: list[ast.stmt] = []
        target = node.target
        if isinstance(target, ast.Attribute | ast.Subscript):
            target.value = self._kept(node, before, "base", target.value)
        if isinstance(target, ast.Subscript):
            target.slice = self._kept(node, before, "index", self._index(target.slice))
        read = _loaded(target)
        if isinstance(read, ast.Subscript):
            read = self._ask(node, "item", self._place(node, "item", shown), read.value, read.slice)
        value = self._ask(node, "in_place", place, name, read, node.value)
        return [*before, ast.copy_location(ast.Assign([target], value), node)]

    def _kept(self, node: ast.stmt, before: list[ast.stmt], name: str, value: ast.expr) -> ast.expr:
        """An expression that is read and written in one statement, computed once."""
        name = f"{RECORDER}{name}_{node.lineno}_{node.col_offset}"
        before.append(ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], value), node))
        return ast.Name(name, ast.Load())

    def visit_For(self, node: ast.For) -> ast.stmt:
        items = node.target.elts if isinstance(node.target, ast.Tuple | ast.List) else [node.target]
        names = ast.Tuple([ast.Constant(ast.unparse(item)) for item in items], ast.Load())
        place = self._place(node, "put", f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}")
        self.generic_visit(node)
        node.iter = self._ask(node, "loop", place, names, node.iter)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        given = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        place = self._place(node, "given", f"def {node.name}(…)")
        node.body = [item for each in node.body for item in _listed(self.visit(each))]
        node.decorator_list = [self.visit(each) for each in node.decorator_list]
        node.args.defaults = [self.visit(each) for each in node.args.defaults]
        if not given:
            return node
        names = ast.Tuple([ast.Constant(name) for name in given], ast.Load())
        values = ast.Tuple([ast.Name(name, ast.Load()) for name in given], ast.Load())
        told = ast.copy_location(ast.Expr(self._ask(node, "given", place, names, values)), node.body[0])
        start = 1 if ast.get_docstring(node) is not None else 0
        node.body.insert(start, told)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return node  # annotations stay as they are

    def visit_Match(self, node: ast.Match) -> ast.stmt:
        node.subject = self.visit(node.subject)
        for case in node.cases:
            case.body = [item for each in case.body for item in _listed(self.visit(each))]
        return node


def _listed(found: Any) -> list[ast.stmt]:
    return found if isinstance(found, list) else [found]


def _loaded(target: Any) -> ast.expr:
    """The same place, read."""
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Attribute):
        return ast.Attribute(target.value, target.attr, ast.Load())
    return ast.Subscript(target.value, target.slice, ast.Load())


def rewritten(source: str, name: str, file: int, places: list[Place]) -> Any:
    """The code of a file that tells its numbers.

    Raises
    ------
    SyntaxError
    """
    compile(source, name, "exec")  # what Python itself refuses, as rewritten it might be taken
    tree = ast.parse(source, filename=name)
    tree = ast.fix_missing_locations(Rewriter(file, places).visit(tree))
    return compile(tree, name, "exec")
