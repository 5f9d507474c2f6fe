"""Products of matrices of whole numbers, which are exact, and all that lies around them in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from assembled import DTYPES, begin, entry, run, text
from hypothesis import given
from hypothesis import strategies as st

from chainrule.compiler import matmul as products
from chainrule.compiler.assembly import integer
from chainrule.compiler.jit import JitFunction, machine_code
from chainrule.compiler.matmul import Product, block_entries, panel_entries
from chainrule.compiler.matrix import Matrix, Sizes
from chainrule.compiler.panels import turned
from chainrule.parts.contract import Array
from thorough import examples

GUARD = 65_536  # entries before and after an array, more than a panel has
UNTOUCHED = -77.0


@dataclass(frozen=True)
class Case:
    """A product and how it is laid out.

    Parameters
    ----------
    kind, register, registers : the numbers, the bytes of a register, how many registers there are
    rows, inner, columns : the sizes
    known : whether the inner axis is known when the product is written
    a_turned, b_turned : whether a matrix lies in memory as its transpose
    padded : which rows of `a`, `b` and `c` are padded to whole registers
    copied : whether every right matrix is taken for a large one
    """

    kind: str
    register: int
    registers: int
    rows: int
    inner: int
    columns: int
    known: bool
    a_turned: bool
    b_turned: bool
    padded: str
    copied: bool

    @property
    def lanes(self) -> int:
        return self.register // DTYPES[self.kind].itemsize

    @property
    def sizes(self) -> Sizes:
        return Sizes(self.inner if self.known else None, self.columns)

    def stride(self, letter: str, width: int) -> int:
        """Entries from row to row; a single column is never padded."""
        padded = letter in self.padded and width > 1
        return -(-width // self.lanes) * self.lanes if padded else width

    def widths(self) -> dict[str, int]:
        """How wide each matrix is as it lies in memory."""
        a = self.rows if self.a_turned else self.inner
        return {"a": a, "b": self.inner if self.b_turned else self.columns, "c": self.columns}

    def code(self) -> JitFunction:
        """A function of the arrays, memory for a panel, the inner axis, and the range of rows."""
        f = begin()
        a, b, c = (
            Matrix(entry(f, place), self.stride(letter, width), self.stride(letter, width) > width, turned)
            for place, (letter, width), turned in zip(
                range(3), self.widths().items(), (self.a_turned, self.b_turned, False), strict=True
            )
        )
        inner = integer(self.inner) if self.known else entry(f, 4, "i64")
        product = Product(
            f, self.kind, self.lanes, self.registers, a, b, c, self.sizes, inner, entry(f, 3), entry(f, 7)
        )
        product.write(entry(f, 5, "i64"), entry(f, 6, "i64"))
        return JitFunction(machine_code(text(f, self.register)))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Sizes up to several tiles, and inner axes of more than one block."""
    block = 128
    long = st.sampled_from([block - 1, block, block + 1, 2 * block, 3 * block - 5])
    inner, columns = draw(st.integers(1, 80) | long), max(1, draw(st.integers(-9, 80)))
    a_turned, b_turned = draw(st.booleans()), draw(st.booleans())
    known = draw(st.booleans()) or b_turned or (columns == 1 and not a_turned)  # a step has no others
    return Case(
        draw(st.sampled_from(list(DTYPES))), draw(st.sampled_from([16, 32, 64])), draw(st.sampled_from([16, 32])),
        draw(st.integers(1, 40)), inner, columns, known, a_turned, b_turned,
        draw(st.sampled_from(["", "a", "b", "c", "abc"])), draw(st.booleans()),
    )  # fmt: skip


def guarded(size: int, dtype: np.dtype[Any], value: float) -> tuple[Array, Array]:
    """An array, and the memory in the middle of which it lies; both are full of a value."""
    memory = np.full(size + 2 * GUARD, value, dtype)
    return memory[GUARD : GUARD + size], memory


def check(case: Case, cuts: list[int], seed: int) -> None:
    """Ranges of rows one after another: each is right, and nothing else is written."""
    rng, dtype = np.random.default_rng(seed), DTYPES[case.kind]
    a = rng.integers(-4, 5, (case.rows, case.inner)).astype(float)
    b = rng.integers(-4, 5, (case.inner, case.columns)).astype(float)
    stride = {letter: case.stride(letter, width) for letter, width in case.widths().items()}
    places = []
    for matrix, letter in ((a.T if case.a_turned else a, "a"), (b.T if case.b_turned else b, "b")):
        place, _ = guarded(len(matrix) * stride[letter], dtype, np.nan)  # what must not be read would be seen
        place.reshape(len(matrix), -1)[:, : matrix.shape[1]] = matrix
        places.append(place)
    sizes = panel_entries(case.kind, case.lanes, case.registers), block_entries(case.kind, case.sizes)
    copies = [guarded(size, dtype, np.nan) for size in sizes]
    c, around_c = guarded(case.rows * stride["c"], dtype, UNTOUCHED)
    code, result = case.code(), c.reshape(case.rows, -1)
    expected = np.full((case.rows, case.columns), UNTOUCHED)
    for start, stop in zip([0, *cuts], [*cuts, case.rows], strict=True):
        run(code, *places, c, copies[0][0], case.inner, start, stop, copies[1][0])
        expected[start:stop] = (a @ b)[start:stop]
        np.testing.assert_array_equal(result[:, : case.columns], expected)
        assert (result[stop:] == UNTOUCHED).all()
    outside = np.concatenate([around_c[:GUARD], around_c[-GUARD:]])
    assert (outside == UNTOUCHED).all()
    for _, around in copies:
        assert np.isnan(around[:GUARD]).all()
        assert np.isnan(around[-GUARD:]).all()


@given(cases(), st.data(), st.integers(0, 99))
@examples(100)
def test_products_of_whole_numbers_are_exact_and_write_nothing_else(
    case: Case, data: st.DataObject, seed: int
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, case.rows), max_size=2)))
    with pytest.MonkeyPatch.context() as patch:
        if case.copied:
            patch.setattr(products, "LARGE", 0)
            patch.setattr(products, "FAR", 0)
            patch.setattr(products, "WIDE", 0)
        check(case, cuts, seed)


@pytest.mark.parametrize("kind", DTYPES)
@pytest.mark.parametrize("lanes", [2, 4, 8, 16])
def test_a_square_of_registers_is_turned(kind: str, lanes: int) -> None:
    f = begin()
    source, out = entry(f, 0), entry(f, 1)
    lines = [f.load(f.gep(source, integer(i * lanes), kind), kind, lanes) for i in range(lanes)]
    for i, line in enumerate(turned(f, lines)):
        f.store(line, f.gep(out, integer(i * lanes), kind))
    square = np.arange(lanes * lanes, dtype=DTYPES[kind]).reshape(lanes, lanes)
    result = np.empty_like(square)
    run(JitFunction(machine_code(text(f, 64))), square, result)
    np.testing.assert_array_equal(result, square.T)
