"""The outputs of a step: given to the user, and counted where they are right."""

from __future__ import annotations

from chainrule.compiler.assembly import ZERO, Value, integer, real
from chainrule.compiler.context import StepContext
from chainrule.compiler.entries import Own
from chainrule.compiler.finite import FiniteCheck
from chainrule.compiler.lanes import tail_mask
from chainrule.compiler.largest import argmax
from chainrule.compiler.loops import Range
from chainrule.expressions import Name


def write_outputs(context: StepContext, finite: FiniteCheck, start: Value, rows: Range) -> None:
    """This thread's rows of the outputs, into the user's array; and whether all was finite so far.

    What is not finite in a sample or in the first weights stays so in their product, what is so in later ones stays
    so up to the outputs; and times 0 it is not 0.
    """
    f, element, lanes, plan = context.f, context.element, context.lanes, context.plan
    product = next(item.nodes[0] for item in plan.items if item.what == "product")
    output = plan.results[context.task.output]
    place, width = context.places[output][0], int(plan.shape(output)[1])
    first, length = context.places[product][0], int(plan.shape(product)[1])
    result = context.entry(Own.RESULT)
    with f.loop(*rows) as row:
        line = f.gep(place.base, f.times(row, place.stride), element)
        to = f.gep(result, f.times(f.add(start, row), width), element)
        for column in range(0, width, lanes):
            mask = tail_mask(width, lanes) if column + lanes > width else None
            value = f.load(f.gep(line, integer(column), element), element, lanes)
            f.store(value, f.gep(to, integer(column), element), mask)
            finite.look(value if mask is None else f.select(mask, value, real(0, element, lanes)))
        line = f.gep(first.base, f.times(row, first.stride), element)
        for column in range(0, length, lanes):
            within = first.padded or column + lanes <= length
            mask = None if within else tail_mask(length, lanes)
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
