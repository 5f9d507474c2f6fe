"""Which form of a rule a page tells: the textbook's, wherever that gives the numbers that training has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.expressions import Expr, evaluate
from chainrule.program.program import Quantity

NEAR = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-9}  # as far as its own rounding goes


def told_form(quantity: Quantity, values: Mapping[str, Any]) -> Expr:
    """The rule, or the textbook's form of it on the way forward: ``log(a)``, computed as ``z - log(s)``.

    Near 0 and 1 the textbook's form loses the digits that the rule is there for: then the rule is told.
    """
    form = quantity.textbook_form
    if quantity.by_chain_rule or form is None:
        return quantity.rule
    known = np.asarray(values[quantity.name])
    with np.errstate(all="ignore"):
        same = np.allclose(evaluate(form, values), known, rtol=NEAR[known.dtype], atol=0)
    return form if same else quantity.rule
