"""LLVM's assembly language, written as text: numbers with a type, loops, conditions, memory.

Text is quick to write and to hash, and needs no library until it is compiled. A value has several lanes where
one instruction works on neighbouring entries at once.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np


class Value:
    """A number of the assembly: its text, the type of each lane, how many lanes it has, and the type as LLVM writes it.

    No dataclass: thousands are made for a module.
    """

    __slots__ = ("element", "lanes", "text", "type")

    def __init__(self, text: str, element: str, lanes: int = 1) -> None:
        self.text, self.element, self.lanes = text, element, lanes
        self.type = element if lanes == 1 else f"<{lanes} x {element}>"

    @property
    def constant(self) -> bool:
        """Whether it is a real number that is known when the assembly is written."""
        return self.text.startswith(("0x", "splat"))

    def __str__(self) -> str:
        return f"{self.type} {self.text}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Value) and (self.text, self.type) == (other.text, other.type)

    def __hash__(self) -> int:
        return hash(self.text)


@dataclass(frozen=True, slots=True)
class Variable:
    """Where a number that changes is kept, and its type."""

    place: Value
    element: str
    lanes: int


def integer(value: int, element: str = "i64") -> Value:
    """A whole number."""
    return Value(str(value), element)


def real(value: float, element: str, lanes: int = 1) -> Value:
    """A real number, the same in every lane; a float is written by the digits of the double that equals it."""
    with np.errstate(over="ignore"):
        exact = float(np.float32(value)) if element == "float" else float(value)
    digits = f"0x{struct.unpack('<Q', struct.pack('<d', exact))[0]:016X}"
    return Value(digits if lanes == 1 else f"splat ({element} {digits})", element, lanes)


def bits(flags: list[bool]) -> Value:
    """A condition for each lane."""
    return Value("<" + ", ".join(f"i1 {int(flag)}" for flag in flags) + ">", "i1", len(flags))


BYTES = {"float": 4, "double": 8, "i64": 8, "i32": 4, "i16": 2, "i8": 1, "ptr": 8}
ZERO, ONE = integer(0), integer(1)


class Module:
    """The functions of one compilation, and what they call."""

    def __init__(self) -> None:
        self.declared: dict[str, str] = {}
        self.functions: list[Function] = []
        self._bodies: dict[str, str] = {}  # the name of each shared function by what it does
        self._once: dict[Hashable, str] = {}

    def function(self, name: str, parameters: dict[str, str], *, inner: bool = False) -> Function:
        """Begin a function without a result; an inner one is seen by this module alone."""
        new = Function(self, name, parameters, inner)
        self.functions.append(new)
        return new

    def shared(self, new: Function) -> str:
        """The name of a function that does the same as the newest one, which is dropped if there is an older one."""
        body = new.text().partition("(")[2]
        name = self._bodies.setdefault(body, new.name)
        if name != new.name:
            self.functions.remove(new)
        return name

    def once(self, key: Hashable, write: Callable[[str], object]) -> str:
        """The name of an inner function by what it is for; it is written when it is asked for first."""
        if key not in self._once:
            self._once[key] = f"shared{len(self._once)}"
            write(self._once[key])
        return self._once[key]

    def text(self, attributes: str) -> str:
        """Everything as LLVM reads it; the attributes hold for every function."""
        parts = [
            *self.declared.values(),
            *(f.text() for f in self.functions),
            f"attributes #0 = {{ {attributes} }}",
        ]
        return "\n".join(parts) + "\n"


class Function:
    """The instructions of one function, in the order in which they are written."""

    def __init__(self, module: Module, name: str, parameters: dict[str, str], inner: bool) -> None:
        self.module, self.name, self.inner = module, name, inner
        self.parameters = {name: Value(f"%{name}", element) for name, element in parameters.items()}
        self._memory: list[str] = []
        self._lines: list[str] = []
        self._count = 0
        self._block = "entry"

    def text(self) -> str:
        """The function as LLVM reads it."""
        parameters = ", ".join(map(str, self.parameters.values()))
        # An inner function is never written out at its calls: there may be many, and each would be compiled.
        linkage, never = ("internal ", " noinline") if self.inner else ("", "")
        head = f"define {linkage}void @{self.name}({parameters}){never} #0 {{\nentry:"
        return "\n".join([head, *self._memory, *self._lines, "  ret void", "}"])

    @contextmanager
    def entry_block(self) -> Iterator[None]:
        """What is written inside is done once, at the beginning of the function."""
        lines, self._lines = self._lines, self._memory
        yield
        self._lines = lines

    # --- instructions -----------------------------------------------------------------------------------

    def _new(self, element: str, lanes: int = 1) -> Value:
        self._count += 1
        return Value(f"%v{self._count}", element, lanes)

    def line(self, text: str) -> None:
        """An instruction without a result."""
        self._lines.append("  " + text)

    def op(self, code: str, *args: Value) -> Value:
        """Arithmetic: the result has the operands' type."""
        result = self._new(args[0].element, args[0].lanes)
        others = ", ".join([a.text for a in args[1:]])
        self.line(f"{result.text} = {code} {args[0]}, {others}")
        return result

    def unary(self, code: str, arg: Value) -> Value:
        """An instruction of one operand."""
        result = self._new(arg.element, arg.lanes)
        self.line(f"{result.text} = {code} {arg}")
        return result

    def compare(self, how: str, a: Value, b: Value) -> Value:
        """A condition for each lane."""
        result = self._new("i1", a.lanes)
        self.line(f"{result.text} = {'icmp' if a.element[0] == 'i' else 'fcmp'} {how} {a}, {b.text}")
        return result

    def select(self, condition: Value, a: Value, b: Value) -> Value:
        """`a` in the lanes where the condition holds, otherwise `b`."""
        result = self._new(a.element, a.lanes)
        self.line(f"{result.text} = select {condition}, {a}, {b}")
        return result

    def cast(self, code: str, value: Value, element: str) -> Value:
        """The same number in another type."""
        result = self._new(element, value.lanes)
        self.line(f"{result.text} = {code} {value} to {result.type}")
        return result

    def fpcast(self, value: Value, element: str) -> Value:
        """A real number in another precision, or as it is."""
        if value.element == element:
            return value
        return self.cast("fptrunc" if value.element == "double" else "fpext", value, element)

    def splat(self, value: Value, lanes: int) -> Value:
        """A single number in every lane."""
        if value.lanes == lanes:
            return value
        if value.text.startswith("0x"):
            return Value(f"splat ({value.element} {value.text})", value.element, lanes)
        one = self._new(value.element, lanes)
        self.line(f"{one.text} = insertelement {one.type} poison, {value}, i64 0")
        result = self._new(value.element, lanes)
        self.line(f"{result.text} = shufflevector {one}, {one.type} poison, <{lanes} x i32> zeroinitializer")
        return result

    def shuffle(self, a: Value, b: Value, order: str) -> Value:
        """Lanes of two registers in another order."""
        result = self._new(a.element, a.lanes)
        self.line(f"{result.text} = shufflevector {a}, {b}, <{a.lanes} x i32> <{order}>")
        return result

    def intrinsic(self, name: str, *args: Value, flags: str = "", result: Value | None = None) -> Value:
        """Call one of LLVM's own functions, named by the type of its last operand."""
        of = args[-1] if result is None else result
        suffix = (f"v{args[-1].lanes}" if args[-1].lanes > 1 else "") + _short(args[-1].element)
        value = self._new(of.element, of.lanes)
        self._call(f"{value.text} = ", flags, value.type, f"llvm.{name}.{suffix}", args)
        return value

    def call(self, name: str, *args: Value) -> None:
        """Call a function without a result."""
        self._call("", "", "void", name, args)

    def _call(self, before: str, flags: str, gives: str, name: str, args: tuple[Value, ...]) -> None:
        if not any(f.name == name for f in self.module.functions):
            self.module.declared.setdefault(
                name, f"declare {gives} @{name}({', '.join(a.type for a in args)})"
            )
        self.line(f"{before}call {flags}{' ' if flags else ''}{gives} @{name}({', '.join(map(str, args))})")

    def hidden(self, a: Value) -> Value:
        """The same number, of which LLVM doesn't know where it comes from.

        What a loop counts with is hidden: else LLVM tries for long how to count otherwise, and gains nothing.
        """
        result = self._new(a.element)
        self.line(f'{result.text} = call {a.type} asm "", "=r,0"({a})')
        return result

    # --- whole numbers ----------------------------------------------------------------------------------

    def add(self, a: Value, b: Value) -> Value:
        """a + b of whole numbers."""
        if a.text == "0" or b.text == "0":
            return b if a.text == "0" else a
        return self.op("add", a, b)

    def minus(self, a: Value, b: Value) -> Value:
        """a - b of whole numbers."""
        return a if b.text == "0" else self.op("sub", a, b)

    def times(self, a: Value, factor: int) -> Value:
        """A whole number by a fixed factor."""
        return ZERO if factor == 0 else a if factor == 1 else self.op("mul", a, integer(factor))

    def smin(self, a: Value, b: Value) -> Value:
        """The smaller one of two whole numbers."""
        return self.select(self.compare("slt", a, b), a, b)

    # --- memory -----------------------------------------------------------------------------------------

    def alloca(self, element: str, lanes: int = 1) -> Value:
        """Memory of this call."""
        self._count += 1
        result = Value(f"%v{self._count}", "ptr")
        self._memory.append(f"  {result.text} = alloca {Value('', element, lanes).type}, align 64")
        return result

    def variable(self, start: Value) -> Variable:
        """A number that changes, in memory of this call that LLVM makes a register of."""
        new = Variable(self.alloca(start.element, start.lanes), start.element, start.lanes)
        self.set(new, start)
        return new

    def value(self, of: Variable) -> Value:
        """What a variable is now."""
        return self.load(of.place, of.element, of.lanes)

    def set(self, variable: Variable, value: Value) -> None:
        """Give a variable another value."""
        self.store(value, variable.place)

    def gep(self, base: Value, index: Value, element: str) -> Value:
        """The address of an entry."""
        if index.text == "0":
            return base
        result = self._new("ptr")
        self.line(f"{result.text} = getelementptr {element}, {base}, {index}")
        return result

    def load(self, address: Value, element: str, lanes: int = 1, mask: Value | None = None) -> Value:
        """Neighbouring entries; where the mask doesn't hold, 0."""
        result = self._new(element, lanes)
        if mask is None:
            self.line(f"{result.text} = load {result.type}, {address}, align {BYTES[element]}")
        else:
            zero = Value("zeroinitializer", element, lanes)
            args = (address, integer(BYTES[element], "i32"), mask, zero)
            name = f"llvm.masked.load.v{lanes}{_short(element)}.p0"
            self._call(f"{result.text} = ", "", result.type, name, args)
        return result

    def gather(self, base: Value, indices: Value, element: str, each: str = "") -> Value:
        """The entries with some indices, one in each lane; or what begins there of a wider type, `each`."""
        places, lanes, each = self._new("ptr", indices.lanes), indices.lanes, each or element
        self.line(f"{places.text} = getelementptr {element}, {base}, {indices}")
        result, every = self._new(each, lanes), Value("splat (i1 true)", "i1", lanes)
        args = (places, integer(BYTES[element], "i32"), every, Value("poison", each, lanes))
        name = f"llvm.masked.gather.v{lanes}{_short(each)}.v{lanes}p0"
        self._call(f"{result.text} = ", "", result.type, name, args)
        return result

    def gather_pairs(self, base: Value, indices: Value) -> list[Value]:
        """The floats with some indices, and those that follow them: two at once, as one number of eight bytes."""
        lanes, pairs = indices.lanes, self.gather(base, indices, "float", "double")
        both = self._new("float", 2 * lanes)
        self.line(f"{both.text} = bitcast {pairs} to {both.type}")
        parts = [self._new("float", lanes) for _ in range(2)]
        for i, part in enumerate(parts):
            order = ", ".join(f"i32 {2 * lane + i}" for lane in range(lanes))
            self.line(f"{part.text} = shufflevector {both}, {both.type} poison, <{lanes} x i32> <{order}>")
        return parts

    def store(self, value: Value, address: Value, mask: Value | None = None) -> None:
        """Write neighbouring entries, those where the mask holds."""
        if mask is None:
            self.line(f"store {value}, {address}, align {BYTES[value.element]}")
        else:
            name = f"llvm.masked.store.v{value.lanes}{_short(value.element)}.p0"
            self.call(name, value, address, integer(BYTES[value.element], "i32"), mask)

    # --- control ----------------------------------------------------------------------------------------

    def _label(self, name: str) -> str:
        self._count += 1
        return f"{name}{self._count}"

    def _begin(self, label: str) -> None:
        self._lines.append(f"{label}:")
        self._block = label

    @contextmanager
    def loop(self, start: Value, stop: Value, step: int | Value = 1) -> Iterator[Value]:
        """Repeat what is written inside, for an index from `start` up to, not including, `stop`."""
        body, done = self._label("body"), self._label("done")
        before = self._block
        if start.text == "0" and stop.text.isdigit() and stop.text != "0":
            self.line(f"br label %{body}")
        else:
            self.line(f"br {self.compare('slt', start, stop)}, label %{body}, label %{done}")
        self._begin(body)
        index = self._new("i64")
        place = len(self._lines)
        self._lines.append("")
        yield index
        following = self.op("add nsw", index, integer(step) if isinstance(step, int) else step)
        following = self.hidden(following)
        self._lines[place] = (
            f"  {index.text} = phi i64 [ {start.text}, %{before} ], [ {following.text}, %{self._block} ]"
        )
        goes_on = self.compare("slt", following, stop)
        self.line(f"br {goes_on}, label %{body}, label %{done}")
        self._begin(done)

    @contextmanager
    def if_then(self, condition: Value) -> Iterator[None]:
        """Do what is written inside only if the condition holds."""
        body, done = self._label("then"), self._label("done")
        self.line(f"br {condition}, label %{body}, label %{done}")
        self._begin(body)
        yield
        self.line(f"br label %{done}")
        self._begin(done)

    @contextmanager
    def repeat_while(self) -> Iterator[list[Value]]:
        """Repeat what is written inside as long as the condition that it puts into the list holds."""
        body, done = self._label("again"), self._label("done")
        self.line(f"br label %{body}")
        self._begin(body)
        condition: list[Value] = []
        yield condition
        self.line(f"br {condition[0]}, label %{body}, label %{done}")
        self._begin(done)


def _short(element: str) -> str:
    return {"float": "f32", "double": "f64"}.get(element, element)
