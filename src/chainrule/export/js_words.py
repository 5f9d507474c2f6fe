"""The words of JavaScript: what its functions are called, what they lack, and which names are taken."""

from __future__ import annotations

from chainrule.expressions.special import erf

FUNCTIONS = {
    "exp": "Math.exp", "log": "Math.log", "log1p": "Math.log1p", "expm1": "Math.expm1", "sin": "Math.sin",
    "cos": "Math.cos", "tanh": "Math.tanh", "arctan": "Math.atan", "sqrt": "Math.sqrt", "absolute": "Math.abs",
    "floor": "Math.floor", "power": "Math.pow", "maximum": "Math.max", "minimum": "Math.min", "sign": "Math.sign",
    "cast": "Math.fround", "square": "squared", "logaddexp": "logOfSum", "erf": "erf",
}  # fmt: skip
FORMS = {
    "where": ("{0:31} ? {1:21} : {2:21}", 20),
    "indicator": ("{0:31} ? {one} : {zero}", 20),
    "reciprocal": ("{one} / {:65}", 60),
    "isnan": ("Number.isNaN({0:0})", 100),
}
_SERIES = (erf.__kwdefaults__ or {})["series"]
HELPERS = {
    "square": ["function squared(a) {", "    return a * a;", "}", ""],
    "logaddexp": [
        "/* log(e^a + e^b) */",
        "function logOfSum(a, b) {",
        "    if (a === b) {",
        "        return a + Math.LN2;",
        "    }",
        "    return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));",
        "}",
        "",
    ],
    "erf": [
        "/* the error function: see chainrule.erf */",
        "function erf(x) {",
        "    const size = Math.min(Math.abs(x), 6);",
        "    let p = 0;",
        "    for (const term of [",
        *(f"        {term!r}," for term in _SERIES),
        "    ]) {",
        "        p = p * size + term;",
        "    }",
        "    return -Math.sign(x) * Math.expm1(-size * p);",
        "}",
        "",
    ],
}
_WORDS = """
    abstract arguments as async await boolean break byte case catch char class const continue debugger default delete do
    double else enum eval export extends false final finally float for from function get goto if implements import in
    instanceof int interface let long native new null of package private protected public return set short static
    super switch synchronized this throw throws transient true try typeof undefined var void volatile while with yield
    Array Float32Array Float64Array Infinity Math NaN Number RangeError
    predict classify classes check squared logOfSum erf outputs found
"""
TAKEN = frozenset(_WORDS.split())
