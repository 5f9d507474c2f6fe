"""Philox in machine code: its published vectors, and NumPy's numbers bit by bit."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from assembled import DTYPES, begin, entry, run, text
from hypothesis import given
from hypothesis import strategies as st

from chainrule.compiler import philox
from chainrule.compiler.assembly import integer
from chainrule.compiler.jit import JitFunction, host, machine_code
from chainrule.parts.contract import Array
from thorough import examples

# Random123's kat_vectors, philox4x64 with 10 rounds: the counter, the key, the block.
PUBLISHED = [
    ("0 0 0 0", "0 0", "16554d9eca36314c db20fe9d672d0fdc d7e772cee186176b 7e68b68aec7ba23b"),
    (
        "ffffffffffffffff ffffffffffffffff ffffffffffffffff ffffffffffffffff", "ffffffffffffffff ffffffffffffffff",
        "87b092c3013fe90b 438c3c67be8d0224 9cc7d7c69cd777b6 a09caebf594f0ba0",
    ),
    (
        "243f6a8885a308d3 13198a2e03707344 a4093822299f31d0 082efa98ec4e6c89", "452821e638d01377 be5466cf34e90c6c",
        "a528f45403e61d95 38c72dbd566e9788 a5a1610e72fd18b5 57bd43b5e52b7fe6",
    ),
]  # fmt: skip
WORD = st.one_of(st.integers(0, 2**64 - 1), st.sampled_from([0, 1, 2**32 - 1, 2**32, 2**63, 2**64 - 1]))


def words(text: str) -> Array:
    return np.array([int(word, 16) for word in text.split()], np.uint64)


@cache
def two_blocks() -> JitFunction:
    """Two blocks side by side: counters, key, and where they go."""
    f = begin()
    counters = [
        [f.load(f.gep(entry(f, 0), integer(4 * i + j), "i64"), "i64") for j in range(4)] for i in range(2)
    ]
    for i, block in enumerate(philox.blocks(f, counters, philox.round_keys(f, entry(f, 1)))):
        for j, word in enumerate(block):
            f.store(word, f.gep(entry(f, 2), integer(4 * i + j), "i64"))
    return JitFunction(machine_code(text(f, host().register)))


@pytest.mark.parametrize(("counter", "key", "block"), PUBLISHED)
def test_the_published_vectors(counter: str, key: str, block: str) -> None:
    made = np.zeros(8, np.uint64)
    run(two_blocks(), np.append(words("1 2 3 4"), words(counter)), words(key), made)
    np.testing.assert_array_equal(made[4:], words(block))
    # And NumPy's: it counts before it makes a block, so it begins one earlier.
    before = sum(int(word) << 64 * i for i, word in enumerate(words(counter))) - 1
    numpys = np.random.Philox(counter=before % 2**256, key=words(key))
    np.testing.assert_array_equal(numpys.random_raw(4), words(block))


@cache
def uniform(kind: str, register: int) -> JitFunction:
    f = begin()
    philox.write_uniform(f.module, kind, register // DTYPES[kind].itemsize)
    f.module.functions.reverse()  # its caller was begun first
    numbers = (entry(f, i, "ptr" if i in (0, 3) else "i64") for i in range(6))
    f.call("uniform", *numbers)
    return JitFunction(machine_code(text(f, register)))


@examples(60)
@given(
    st.sampled_from(sorted(DTYPES)), st.sampled_from([16, 32, host().register]), WORD, WORD, st.integers(0, 2**62),
    st.integers(0, 7), st.integers(0, 70), st.integers(1, 200),
)  # fmt: skip
def test_uniform_numbers_are_numpys(
    kind: str, register: int, first: int, second: int, step: int, layer: int, start: int, blocks: int
) -> None:
    """Any part of an array, and nothing beside it: each block is its own."""
    dtype, key = DTYPES[kind], np.array([first, second], np.uint64)
    each = 32 // dtype.itemsize
    made: Array = np.full((start + blocks + 3) * each, -1, dtype)
    run(uniform(kind, register), made, start, start + blocks, key, layer, step)
    generator = np.random.Generator(np.random.Philox(key=key, counter=[0, layer, step, 0]))
    right = generator.random(len(made), dtype=dtype)
    part = slice(start * each, (start + blocks) * each)
    np.testing.assert_array_equal(made[part], right[part])
    assert set(np.delete(made, part)) == {-1}


def test_blocks_that_are_written_together_fill_a_piece() -> None:
    assert philox.PIECE % philox.TOGETHER == 0
    assert philox.TOGETHER & (philox.TOGETHER - 1) == 0
