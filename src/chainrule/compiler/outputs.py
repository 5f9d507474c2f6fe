"""The outputs of a step: given to the user, and counted where they are right."""

from __future__ import annotations

from chainrule.compiler.assembly import ZERO, Value, integer, real
from chainrule.compiler.context import StepContext
from chainrule.compiler.entries import Own
from chainrule.compiler.finite import FiniteCheck
from chainrule.compiler.lanes import tail_mask
from chainrule.compiler.largest import argmax
from chainrule.compiler.loops import Range
from chainrule.compiler.schedule import M, NotCompiled
from chainrule.expressions import Expr, Name


def write_outputs(context: StepContext, finite: FiniteCheck, start: Value, rows: Range) -> None:
    """This thread's rows of the outputs, into the user's array; and whether all was finite so far.

    Beside the outputs those quantities are looked at that tell of samples and parameters; see `told_by`.
    """
    f, element, lanes, plan = context.f, context.element, context.lanes, context.plan
    output = plan.results[context.task.output]
    place, width = context.places[output][0], int(plan.shape(output)[1])
    told = [plan.results[name] for name in context.task.told_by]
    task, result = context.task, context.entry(Own.RESULT)
    restoring = context.in_double(task.restoring, task.output, task.restored)
    with f.loop(*rows) as row:
        line = f.gep(place.base, f.times(row, place.stride), element)
        to = f.gep(result, f.times(f.add(start, row), width), element)
        for column in range(0, width, lanes):
            mask = tail_mask(width, lanes) if column + lanes > width else None
            value = f.load(f.gep(line, integer(column), element), element, lanes)
            if task.restoring:
                value = f.fpcast(restoring.write(f.fpcast(value, "double"), integer(column), mask), element)
            f.store(value, f.gep(to, integer(column), element), mask)
            finite.look(value if mask is None else f.select(mask, value, real(0, element, lanes)))
        for node in told:
            _look(context, finite, node, row)


def _look(context: StepContext, finite: FiniteCheck, node: Expr, row: Value) -> None:
    """Look at a row of a quantity."""
    f, element, lanes, shape = context.f, context.element, context.lanes, context.plan.shape(node)
    if shape[:1] != (M,) or len(shape) != 2:
        raise NotCompiled("a quantity that tells whether parameters are finite, and has no rows")
    place, width = context.places[node][0], int(shape[1])
    line = f.gep(place.base, f.times(row, place.stride), element)
    for column in range(0, width, lanes):
        within = place.padded or column + lanes <= width
        mask = None if within else tail_mask(width, lanes)
        finite.look(f.load(f.gep(line, integer(column), element), element, lanes, mask))


def count_right(context: StepContext, rows: Range, result: Value) -> None:
    """How many answers in this thread's rows are right, by the rule of `Answers`."""
    f, element, answers = context.f, context.element, context.task.answers
    total = f.alloca("i64")
    f.store(ZERO, total)
    output = context.plan.results[context.task.output]
    places = context.places[output][0], context.places[Name("y")][0]
    with f.loop(*rows) as row:
        lines = [f.gep(place.base, f.times(row, place.stride), element) for place in places]
        with f.loop(ZERO, integer(answers.count)) as column:
            if answers.separate:
                thresholds = answers.threshold, 0.5
                answer, target = (
                    f.compare("ogt", f.load(f.gep(line, column, element), element), real(yes, element))
                    for line, yes in zip(lines, thresholds, strict=True)
                )
            else:
                answer, target = (argmax(f, line, element, answers.outputs) for line in lines)
            same = f.cast("zext", f.compare("eq", answer, target), "i64")
            f.store(f.add(f.load(total, "i64"), same), total)
    f.store(f.load(total, "i64"), result)
