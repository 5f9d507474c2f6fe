"""What a page says of each number that no rule gives; and that a walk-through comes out of a pickle as it went in."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import chainrule as cr
from chainrule.expressions import Const, Expr, Name, Node
from chainrule.expressions import operations as ops
from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.walkthrough.lines import Line, Walkthrough, Worked, WorkedStep

X, Y = [[0.5, 0.2], [-1.0, 3.0], [0.25, -2.0]], [1, 0, 1]


def _trace() -> cr.Trace:
    """A step with numbers of every kind from outside."""
    layers = [cr.Dense(2, 3), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.5), cr.Dense(3, 2), cr.Softmax()]
    net = cr.Network(layers, scaling=cr.Standardize([1.0, 2.0], [2.0, 4.0]), seed=1)
    return net.trace(X, Y, cr.Adam(0.1), sample_weight=[1.0, 2.0, 0.5], seed=3)


@pytest.mark.parametrize(
    ("kind", "words", "examples"),
    [
        ("input", "input", ["x_raw"]),
        ("target", "target", ["y"]),
        ("weight", "the sample's weight", ["weight"]),
        ("noise", "drawn by chance", ["u1"]),
        ("parameter", "parameter", ["W1", "b2", "gamma1"]),
        ("constant", "constant", ["center", "scale"]),
        ("buffer", "the layer's buffer", ["mu1_run"]),
        ("state", "the optimizer's state", ["mW1", "vb2"]),
        ("scalar", "setting", ["eta", "beta1_adam"]),
    ],
)
def test_in_words(kind: str, words: str, examples: list[str]) -> None:
    trace = _trace()
    of_kind = [name for name, each in trace.program.leaves.items() if each == kind]
    assert set(examples) <= set(of_kind)
    for name in examples:
        value = np.asarray(trace.results[name])
        entry = f"{name}[{', '.join('0' * value.ndim)}]" if value.ndim else name
        why = trace.why(entry)
        assert why.kind == words
        (row,) = str(why).splitlines()
        assert row.endswith(words)
        assert words in " ".join(str(trace.explain(name)).split())


def test_every_kind_is_asked_for() -> None:
    trace = _trace()
    held = trace.what_if({"z1[0, 0]": 1.0})
    assert {*trace.program.leaves.values(), *held.program.leaves.values()} == {
        "input", "target", "weight", "noise", "parameter", "constant", "buffer", "state", "scalar", "held",
    }  # fmt: skip
    free = next(name for name, kind in held.program.leaves.items() if kind == "held")
    assert held.why(f"{free}[0, 1]").kind == "0 where what_if holds it, otherwise 1"
    assert (held[free][0, 0], held[free][0, 1]) == (0, 1)


def test_counts_have_words_of_their_own() -> None:
    trace = _trace()
    for name, words in (("m", "how many samples"), ("t", "the number of the step")):
        assert words in " ".join(str(trace.explain(name)).split())


def test_out_of_a_pickle_a_walk_through_has_what_went_in() -> None:
    page = _trace().explain()
    again = pickle.loads(pickle.dumps(page))
    assert vars(again).keys() == vars(page).keys()
    assert str(again) == str(page)
    assert again.to_dict() == page.to_dict()


def test_out_of_a_pickle_a_derivation_has_what_went_in() -> None:
    why = _trace().why("dW1[0, 1]")
    again = pickle.loads(pickle.dumps(why))
    assert vars(again).keys() == vars(why).keys()
    assert str(again) == str(why)


def _long(depth: int = 4000) -> Node:
    """A formula deeper than Python calls itself."""
    formula: Expr = Name("x")
    for _ in range(depth):
        formula = Node(ops.NEGATIVE, (formula,), {})
    assert isinstance(formula, Node)
    return formula


def _depth(formula: Expr | None) -> int:
    depth = 0
    while isinstance(formula, Node):
        formula, depth = formula.args[0], depth + 1
    return depth


def test_long_formulas_go_into_a_pickle_without_recursion() -> None:
    trace = _trace()
    entry = DerivedEntry(trace, "x", (0, 0), 1.0, rule=_long())
    again = pickle.loads(pickle.dumps(entry))
    assert (_depth(again.rule), again.name, again.index, again.value) == (4000, "x", (0, 0), 1.0)
    assert vars(again).keys() == vars(entry).keys()
    worked = Worked((0, 0), _long(), "=", 1.0)
    line = Line("", "x", _long(), _long(), False, False, "=", 1.0, "", worked)
    page = Walkthrough(trace, ("a heading",), (("FORWARD", (WorkedStep(1, "a step", (line,)),)),), {})
    same = pickle.loads(pickle.dumps(page))
    (found,) = same.sections[0][1][0].lines
    assert [_depth(each) for each in (found.rule, found.chain, found.worked.entry)] == [4000] * 3
    assert vars(same).keys() == vars(page).keys()


def test_a_line_and_a_page_that_say_nothing_more() -> None:
    line = Line("", "x", None, Name("x"), False, False, "=", 1.0, "", None)
    assert (line.dust, line.choices, line.chain_note, line.pictures, line.result) == ((), (), "", None, True)
    assert WorkedStep(None, "", (line,)).remarks == ()
    assert Walkthrough(_trace(), (), (), {}).decimals == 6
    entry = DerivedEntry(_trace(), "x", (0, 1), 1.0)
    assert (entry.kind, entry.rule, entry.relation, entry.nudge, entry.note) == ("", None, "=", None, "")
    assert (entry.parts, entry.cut, entry.formula, entry.numbers, entry.counts) == ((), None, "", "", False)
    assert entry.entry == "x[0, 1]"


def test_a_derived_entry_that_only_names_another_one_has_no_numbers() -> None:
    named = DerivedEntry(_trace(), "z1", (0, 1), 1.0, rule=Name("x_raw", index=(0, 1)))
    assert (named.counts, named.formula, named.numbers) == (False, "x_raw[0, 1]", "")
    twice = Node(ops.MULTIPLY, (Const(2.0), Name("x_raw", index=(0, 1))), {})
    counted = DerivedEntry(_trace(), "z1", (0, 1), 1.0, rule=twice)
    assert (counted.counts, counted.formula, counted.numbers) == (True, "2×x_raw[0, 1]", "2×0.2")
