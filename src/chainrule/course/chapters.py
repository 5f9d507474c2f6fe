"""The chapters of the course, in order, and how the functions of each are marked."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from chainrule.course import digits, loop, outputs
from chainrule.course.lines import Gives, Step, together
from chainrule.course.marks import Mark
from chainrule.course.written import Written

SOLUTIONS = Path(__file__).parent / "solutions"
MARKER = "# chainrule course: "

Marking = Callable[[Written], Mark] | Gives


@dataclass(frozen=True)
class Chapter:
    """A chapter: a file with functions to be written.

    Parameters
    ----------
    number, title : 4, "gradients"
    marking : for each function what marks it; of two that belong together, the first is marked by both
    seconds : how long a function may take
    """

    number: int
    title: str
    marking: Mapping[str, Marking]
    seconds: float = 10.0

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.number:02}_{self.title.replace(' ', '_')}.py"

    @property
    def solution(self) -> str:
        """The text of its file with all functions written."""
        return (SOLUTIONS / self.file).read_text(encoding="utf-8")

    @cached_property
    def functions(self) -> dict[str, str]:
        """Its functions with the names of their parameters, as they are written."""
        tree = ast.parse(self.solution)
        return {node.name: ast.unparse(node.args) for node in tree.body if isinstance(node, ast.FunctionDef)}

    def mark(self, written: Written) -> Mark:
        """The mark of one of its functions."""
        how = self.marking[written.name]
        return how.mark(written) if isinstance(how, Gives) else how(written)

    def together(self, there: Mapping[str, Written]) -> bool:
        """Whether its functions, one after the other, make a right step, though each for itself does not."""
        lines = [
            (how, there[name])
            for name, how in self.marking.items()
            if isinstance(how, Gives) and name in there
        ]
        steps = {how.step for how, _ in lines}
        return len(steps) == 1 and together(steps.pop(), lines)

    @property
    def blank(self) -> str:
        """The text of its file with a gap in the place of each function's lines."""
        lines = self.solution.splitlines(keepends=True)
        for node in reversed(ast.parse(self.solution).body):
            if isinstance(node, ast.FunctionDef):
                lines[node.body[1].lineno - 1 : node.end_lineno] = ["    raise NotImplementedError\n"]
        return "".join(lines)


def _quantities(step: Step, **orders: str) -> dict[str, Marking]:
    """For each function what marks it by the quantities it gives: several by spaces, alternatives by commas."""
    return {
        name: Gives(tuple(tuple(order.split()) for order in text.split(",")), step)
        for name, text in orders.items()
    }


_PLAIN, _MOMENTUM, _ADAM = Step(), Step("momentum"), Step("adam")
_NORMALIZED, _PREDICTING = Step(layer="batch_norm"), Step(layer="batch_norm", predicting=True)

CHAPTERS = (
    Chapter(1, "forward", _quantities(_PLAIN, z1="z1", a1="a1", z2="z2")),
    Chapter(2, "softmax", {"softmax": outputs.softmax, "classify": outputs.classify}),
    Chapter(3, "loss", {"one_hot": outputs.one_hot, **_quantities(_PLAIN, loss="L")}),
    Chapter(4, "gradients", _quantities(
        _PLAIN, da2="da2", dz2="dz2", dW2="dW2", db2="db2", da1="da1", dz1="dz1", dW1="dW1", db1="db1",
    )),
    Chapter(5, "update", {
        **_quantities(_PLAIN, sgd="W1_new,b1_new"),
        **_quantities(_MOMENTUM, velocity="vW1_new,vb1_new", momentum="W1_new,b1_new"),
    }),
    Chapter(6, "training", {"batches": loop.batches, "train": loop.train}),
    Chapter(7, "adam", _quantities(
        _ADAM, m_new="mW1_new,mb1_new", v_new="vW1_new,vb1_new", m_hat="mW1_hat,mb1_hat", v_hat="vW1_hat,vb1_hat",
        w_new="W1_new,b1_new", adam="W1_new mW1_new vW1_new,b1_new mb1_new vb1_new",
    )),
    Chapter(8, "batch normalization", {
        **_quantities(
            _NORMALIZED, mu="mu1", var="var1", zhat="zhat1", n="n1", dgamma="dgamma1", dbeta="dbeta1", dzhat="dzhat1",
            dz="dz1", mu_run_new="mu1_run_new", var_run_new="var1_run_new",
        ),
        **_quantities(_PREDICTING, n_predicted="n1"),
    }),
    Chapter(9, "digits", {"step": digits.step, "fit": digits.fit, "predict": digits.predict}, seconds=60.0),
)  # fmt: skip
