"""The words of C: what its functions are called, what they lack, which names are taken, and strings."""

from __future__ import annotations

FUNCTIONS = {
    "exp": "exp", "log": "log", "log1p": "log1p", "expm1": "expm1", "sin": "sin", "cos": "cos", "tanh": "tanh",
    "arctan": "atan", "sqrt": "sqrt", "absolute": "fabs", "floor": "floor", "erf": "erf", "power": "pow",
    "maximum": "larger", "minimum": "smaller", "square": "squared", "sign": "sign_of", "logaddexp": "log_of_sum",
}  # fmt: skip
FORMS = {
    "where": ("{0:31} ? {1:21} : {2:21}", 20),
    "indicator": ("{0:31} ? {one} : {zero}", 20),
    "cast": ("(float) {:90}", 85),
    "reciprocal": ("{one} / {:65}", 60),
    "isnan": ("isnan({0:0})", 100),
}
HELPERS = {  # REAL is the type, $ the suffix of functions of that type
    "maximum": ["static REAL larger$(REAL a, REAL b) {", "    return a >= b || a != a ? a : b;", "}"],
    "minimum": ["static REAL smaller$(REAL a, REAL b) {", "    return a <= b || a != a ? a : b;", "}"],
    "square": ["static REAL squared$(REAL a) {", "    return a * a;", "}"],
    "sign": ["static REAL sign_of$(REAL a) {", "    return a > 0 ? 1 : a < 0 ? -1 : a;", "}"],
    "logaddexp": [
        "static REAL log_of_sum$(REAL a, REAL b) {  /* log(e^a + e^b) */",
        "    const REAL apart = a - b;",
        "    if (a == b) {",
        "        return a + log$(2);",
        "    }",
        "    return apart > 0 ? a + log1p$(exp$(-apart)) : apart <= 0 ? b + log1p$(exp$(apart)) : apart;",
        "}",
    ],
}
_KEYWORDS = """
    auto break case char const continue default do double else enum extern float for goto if inline int long register
    restrict return short signed sizeof static struct switch typedef union unsigned void volatile while _Bool _Complex
    _Imaginary and and_eq asm bitand bitor bool catch class compl const_cast delete dynamic_cast explicit export false
    friend mutable namespace new not not_eq operator or or_eq private protected public reinterpret_cast static_cast
    template this throw true try typeid typename using virtual wchar_t xor xor_eq
"""
_MATH = """
    acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh drem erf erfc exp exp10 exp2 expm1 fabs fdim
    finite floor fma fmax fmin fmod frexp gamma hypot ilogb j0 j1 jn ldexp lgamma llrint llround log log10 log1p log2
    logb lrint lround modf nan nearbyint nextafter nexttoward pow pow10 remainder remquo rint round scalb scalbln
    scalbn signbit significand signgam sin sincos sinh sqrt tan tanh tgamma trunc y0 y1 yn
"""
_OTHERS = """
    NAN INFINITY HUGE_VAL NULL MAXFLOAT abs labs llabs abort exit malloc calloc realloc free main linux unix i386
    float_t double_t isnan isinf isfinite isnormal fpclassify isgreater isgreaterequal isless islessequal
    islessgreater isunordered errno index rindex memcpy memset memcmp strlen strcmp
    network_predict network_classify network_classes outputs found off apart
"""
TAKEN = frozenset(_KEYWORDS.split()) | frozenset(_OTHERS.split())
TAKEN |= {f"{name}{end}" for name in (*_MATH.split(), *FUNCTIONS.values()) for end in ("", "f", "l")}


def string(text: str) -> str:
    """Text as a string: what is not plain ASCII as the bytes of UTF-8, in octal, which end after three digits."""
    plain = {*range(32, 127)} - {*b'"\\?'}
    return '"' + "".join(chr(byte) if byte in plain else f"\\{byte:03o}" for byte in text.encode()) + '"'
