"""Uniform noise by Philox4x64-10, the same numbers as `numpy.random.Philox` gives.

A block is four words of 64 bits, made from a counter and a key; see `NoiseStream` for what they are.

Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, Parallel random numbers: as easy as 1, 2, 3, 2011.
"""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.compiler.assembly import ZERO, Function, Module, Value, integer, real
from chainrule.compiler.lanes import along
from chainrule.model.streams import BLOCK_BYTES

WORDS = 4  # of a block
ROUNDS = 10
FACTORS = 0xD2E7470EE14C6C93, 0xCA5A826395121157  # of the first and the third word
STEPS = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B  # of the two words of the key, from round to round
TOGETHER = 2  # blocks whose rounds are written side by side, since each round waits for the one before it
PIECE = 64  # blocks that become numbers while they are in the first cache


def write_uniform(module: Module, element: str, lanes: int) -> None:
    """The function ``uniform``, which fills blocks of an array with numbers from 0 to 1, 1 excluded.

    Its parameters are the array, the first of the blocks and the one after the last, the key, the number of the layer's
    noise and that of the step.
    """
    parameters = {"to": "ptr", "start": "i64", "stop": "i64", "key": "ptr", "layer": "i64", "step": "i64"}
    f = module.function("uniform", parameters, inner=True)
    to, start, stop, key, layer, step = f.parameters.values()
    keys = round_keys(f, key)

    def draw(block: Value, count: int) -> None:
        # NumPy counts before it makes a block.
        counters = [[f.add(block, integer(i + 1)), layer, step, ZERO] for i in range(count)]
        for i, words in enumerate(blocks(f, counters, keys)):
            for j, word in enumerate(words):
                place = f.add(f.times(f.add(block, integer(i)), WORDS), integer(j))
                f.store(word, f.gep(to, place, "i64"))

    with f.loop(start, stop, PIECE) as piece:
        end = f.smin(f.add(piece, integer(PIECE)), stop)
        pairs = f.op("and", f.op("sub", end, piece), integer(-TOGETHER))
        middle = f.add(piece, pairs)
        with f.loop(piece, middle, TOGETHER) as block:
            draw(block, TOGETHER)
        with f.loop(middle, end) as block:
            draw(block, 1)
        _write_numbers(f, to, piece, end, element, lanes)


def round_keys(f: Function, key: Value) -> list[tuple[Value, Value]]:
    """The two words of the key in each round."""
    first, second = (f.load(f.gep(key, integer(i), "i64"), "i64") for i in range(2))
    return [
        (f.add(first, integer(STEPS[0] * r % 2**64)), f.add(second, integer(STEPS[1] * r % 2**64)))
        for r in range(ROUNDS)
    ]


def blocks(
    f: Function, counters: Sequence[Sequence[Value]], keys: Sequence[tuple[Value, Value]]
) -> list[list[Value]]:
    """The words of several blocks."""
    words = [list(counter) for counter in counters]
    for first, second in keys:
        for i, (a, b, c, d) in enumerate(words):
            high, low = _product(f, a, FACTORS[0])
            higher, lower = _product(f, c, FACTORS[1])
            words[i] = [
                f.op("xor", f.op("xor", higher, b), first), lower, f.op("xor", f.op("xor", high, d), second), low,
            ]  # fmt: skip
    return words


def _product(f: Function, a: Value, factor: int) -> tuple[Value, Value]:
    """The upper and the lower half of a product."""
    product = f.op("mul", f.cast("zext", a, "i128"), integer(factor, "i128"))
    return f.cast("trunc", f.op("lshr", product, integer(64, "i128")), "i64"), f.cast("trunc", product, "i64")


def _write_numbers(f: Function, to: Value, start: Value, stop: Value, element: str, lanes: int) -> None:
    """Random bits as random numbers, in place, as NumPy's ``Generator.random`` makes them."""
    whole, size, drop = ("i32", 4, 8) if element == "float" else ("i64", 8, 11)
    scale = 2.0 ** (drop - 8 * size)
    each = BLOCK_BYTES // size

    def convert(index: Value, mask: Value | None) -> None:
        address = f.gep(to, index, whole)
        bits = f.op(
            "lshr", f.load(address, whole, lanes, mask), Value(f"splat ({whole} {drop})", whole, lanes)
        )
        number = f.cast("uitofp", bits, element)
        f.store(f.op("fmul", number, real(scale, element, lanes)), address, mask)

    along(f, lanes, f.times(start, each), f.times(stop, each), convert)
