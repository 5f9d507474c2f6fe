"""Moved images in machine code: NumPy's bits for any shape, move and dtype; a shift by hand; draws; whole trainings."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pytest
from assembled import begin, entry, run, text
from hypothesis import assume, given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.compiler.assembly import ZERO, integer
from chainrule.compiler.jit import JitFunction, host, machine_code
from chainrule.compiler.moving import MovedImage
from chainrule.compiler.task import ELEMENTS, SOURCES, Source
from chainrule.compiler.tasks import moved_in_steps
from chainrule.data import Augment
from chainrule.data.augment import moving
from chainrule.data.moving import Move, move, moved_dtype
from chainrule.engines.batches import Batches
from chainrule.parts.contract import Array, Layer, Rule
from thorough import examples

REGISTERS = sorted({16, 32, host().register})


def moved_as(dtype: Any) -> Any:
    """The dtype in which images are moved."""
    return np.dtype(moved_dtype(np.dtype(dtype)))


@cache
def code(how: Move, dtype: str, packed: bool, register: int) -> tuple[JitFunction, MovedImage]:
    """Moves so many images, one after the other, in memory that is made for one."""
    image = MovedImage(how, ELEMENTS[moved_as(dtype).name], register)
    f = begin()
    image.write(f.module, Source(dtype, False, packed, packed))
    f.module.functions.reverse()  # its caller was begun first
    X, numbers, memory, to = (entry(f, i) for i in range(4))
    count, row, skip = (entry(f, i, "i64") for i in range(4, 7))
    size = image.height * image.line
    with f.loop(ZERO, count) as index:
        start = f.gep(X, f.op("mul", index, row), SOURCES[dtype][0])
        mine = f.gep(numbers, f.times(index, how.numbers), "double")
        f.call("read_elsewhere", start, skip, mine, memory)
        with f.loop(ZERO, integer(size)) as i:
            made = f.load(f.gep(memory, f.add(integer(image.moved), i), image.element), image.element)
            f.store(made, f.gep(to, f.add(f.times(index, size), i), image.element))
    return JitFunction(machine_code(text(f, register))), image


def compiled(X: Array, numbers: Array, how: Move, register: int = host().register) -> Array:
    """The images, moved in machine code."""
    dtype = moved_as(X.dtype)
    function, image = code(how, X.dtype.name, X.strides[1] == X.itemsize, register)
    memory, made = np.full(image.entries, np.nan, dtype), np.zeros(X.shape, dtype)
    memory[: image.tables] = how.fill
    steps = [stride // X.itemsize for stride in X.strides]
    run(function, X, np.ascontiguousarray(numbers), memory, made, len(X), *steps)
    return made


def by_numpy(X: Array, numbers: Array, how: Move) -> Array:
    made: Array = np.array(X, moved_as(X.dtype))
    move(made.reshape(-1, *how.shape), numbers, how)
    return made


def drawn(change: Augment, count: int, seed: int) -> tuple[Array, Move]:
    """The numbers of so many images, and how they are moved."""
    found = moving(change)
    assert found is not None
    numbers = np.zeros((count, found.how.numbers))
    found.draw(numbers, np.random.default_rng(seed))
    return numbers, found.how


def images(dtype: str, shape: tuple[int, ...], count: int = 7, spread: int = 1, seed: int = 0) -> Array:
    """Some, in rows and columns that lie so far apart."""
    rng, size = np.random.default_rng(seed), int(np.prod(shape))
    whole = rng.standard_normal((count, size * spread)) * 100
    return whole.astype(dtype)[:, ::spread]


SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 4))
LIMITS = st.one_of(st.just(0.0), st.floats(0, 50), st.sampled_from([0.5, 1.0, 2.0, 1e9]))


@examples(80)
@given(
    SHAPES, LIMITS, st.sampled_from([0.0, 20.0, 360.0]), st.sampled_from([0.0, 0.1, 0.9]),
    st.sampled_from([0.0, -1.5, 1 / 3]), st.sampled_from(sorted(SOURCES)), st.sampled_from([1, 1, 1, 3]),
    st.sampled_from(REGISTERS), st.integers(0, 2**32),
)  # fmt: skip
def test_the_bits_are_numpys(
    shape: tuple[int, int, int], shift: float, rotation: float, scaling: float, fill: float, dtype: str,
    spread: int, register: int, seed: int,
) -> None:  # fmt: skip
    assume(shift or rotation or scaling)
    change = Augment(shape, shift=shift, rotation=rotation, scaling=scaling, fill=fill)
    X = images(dtype, shape, spread=spread, seed=seed)
    numbers, how = drawn(change, len(X), seed)
    found, right = compiled(X, numbers, how, register), by_numpy(X, numbers, how)
    assert found.tobytes() == right.tobytes()


@pytest.mark.parametrize("register", REGISTERS)
@pytest.mark.parametrize("shape", [(3, 70, 1), (90, 2, 3), (5, 300, 4)])
@pytest.mark.parametrize("turned", [False, True])
def test_lines_of_many_registers(shape: tuple[int, int, int], turned: bool, register: int) -> None:
    change = Augment(shape, shift=2.5, rotation=30.0 * turned)
    X = images("float32", shape)
    numbers, how = drawn(change, len(X), 1)
    assert compiled(X, numbers, how, register).tobytes() == by_numpy(X, numbers, how).tobytes()


@pytest.mark.parametrize("turned", [False, True])
def test_subnormal_numbers_stay(turned: bool) -> None:
    how = Move((4, 4, 1), turned, (1, 1), 0.0)
    X = np.full((1, 16), 3e-40, np.float32)
    numbers = np.array([[0.25, 0.5, 0.0, 1.0][: how.numbers]])
    found = compiled(X, numbers, how)
    assert found.tobytes() == by_numpy(X, numbers, how).tobytes()
    assert np.count_nonzero(found) == 16


@pytest.mark.parametrize("turned", [False, True])
def test_a_shift_by_hand(turned: bool) -> None:
    """By a quarter down and a half to the right: ¾ and ¼ of the rows, ½ and ½ of the columns."""
    how = Move((2, 3, 1), turned, (1, 1), 0.0)
    X = np.array([[8, 16, 32, 64, 128, 256]], np.float32)
    made = compiled(X, np.array([[0.25, 0.5, 0.0, 1.0][: how.numbers]]), how)
    first = [8 / 2, (8 + 16) / 2, (16 + 32) / 2]
    second = [64 / 2, (64 + 128) / 2, (128 + 256) / 2]
    right = [[0.75 * a for a in first], [0.75 * b + 0.25 * a for a, b in zip(first, second, strict=True)]]
    np.testing.assert_array_equal(made.reshape(2, 3), right)


# --- in training --------------------------------------------------------------------------------------------


class Seen(Layer):
    """Adds up what comes in: of each step the largest number of each column, which no order of summing changes."""

    takes: ClassVar[str] = "a"
    gives: ClassVar[str] = "s"

    def buffers(self, width: int) -> dict[str, Array]:
        return {"seen": np.zeros(width)}

    def forward(self, q: Rule) -> None:
        q.s = q.a * 1.0
        q.seen_new = q.seen + q.a.max(axis=0)

    def evaluate(self, q: Rule) -> None:
        q.s = q.a * 1.0


N, SHAPE = 53, (6, 5, 2)  # the last batch of an epoch is a shorter one
Y = np.arange(N) % 3
MOVES = {
    "shifted": Augment(SHAPE, shift=1.5, fill=-2),
    "turned": Augment(SHAPE, shift=1, rotation=40, scaling=0.2),
    "scaled": Augment(SHAPE, scaling=0.3),
}


def seen(X: Any, change: Any, engine: str, dtype: str, threads: Any = None, **how: Any) -> tuple[bytes, Any]:
    """What a network saw in three epochs, and what it drew next."""
    net = cr.Network(
        [Seen(), cr.Dense(60, 40), cr.ReLU(), cr.Dense(40, 3), cr.Softmax()], dtype=dtype, seed=0
    )
    history = net.fit(
        X,
        Y,
        epochs=3,
        seed=4,
        transform=change,
        engine=engine,
        threads=threads,
        **({"batch_size": 8} | how),
    )
    assert history.engine == engine
    return net.buffers["seen"].tobytes(), history


@pytest.mark.some(3)
@pytest.mark.parametrize("kind", MOVES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("given", ["uint8", "float32", "float64", "int32", ">f4", "float16", "columns"])
def test_a_training_sees_numpys_images(kind: str, dtype: str, given: str) -> None:
    """Also of arrays that steps can't read, or not along a row."""
    X = images("float32", SHAPE, N) + 200
    X = np.asfortranarray(X) if given == "columns" else X.astype(given)
    right = seen(X, MOVES[kind], "numpy", dtype)[0]
    for threads in (1, 2):
        assert seen(X, MOVES[kind], "compiled", dtype, threads)[0] == right
    assert seen(X, None, "numpy", dtype)[0] != right


@pytest.mark.parametrize(
    "how", [{"batch_size": None}, {"shuffle": False}, {"batch_size": 1}, {"batch_size": N - 1}]
)
def test_in_batches_of_any_size_and_order(how: dict[str, Any]) -> None:
    X = images("float32", SHAPE, N)
    found = [seen(X, MOVES["turned"], engine, "float32", **how)[0] for engine in ("numpy", "compiled")]
    assert found[0] == found[1]


def test_images_are_scaled_after_they_are_moved() -> None:
    """In double precision, as in NumPy."""
    X, found = images("uint8", SHAPE, N), []
    for engine in ("numpy", "compiled"):
        net = cr.Network(
            [cr.Standardize(3.0, 7.0), Seen(), cr.Dense(60, 3), cr.Softmax()], dtype="float32", seed=0
        )
        net.fit(X, Y, epochs=2, batch_size=8, seed=4, transform=MOVES["turned"], engine=engine)
        found.append(net.buffers["seen"].tobytes())
    assert found[0] == found[1]


@pytest.mark.parametrize("kind", MOVES)
def test_a_small_network_trains_as_in_numpy(kind: str) -> None:
    """Whose samples are kept column by column."""
    nets = [cr.Network([60, 4, 3], seed=0) for _ in range(2)]
    for net, engine in zip(nets, ["numpy", "compiled"], strict=True):
        net.fit(
            images("uint8", SHAPE, N) / 255, Y, epochs=3, batch_size=8, transform=MOVES[kind], engine=engine
        )
    np.testing.assert_allclose(nets[0].parameters.flat, nets[1].parameters.flat, rtol=1e-9, atol=1e-12)


def test_subnormal_images_come_as_they_are() -> None:
    """Steps take such numbers for 0, and moving does not."""
    X = np.full((N, 60), 8e-39, np.float32)
    net = cr.Network(
        [cr.Standardize(0.0, 1e-38), Seen(), cr.Dense(60, 3), cr.Softmax()], dtype="float32", seed=0
    )
    net.fit(X, Y, transform=Augment(SHAPE, shift=0.5), engine="compiled")
    assert net.buffers["seen"].max() == pytest.approx(0.8, rel=1e-5)


class Darker(Augment):
    """What a user may add."""

    def __call__(self, X: Any, rng: np.random.Generator) -> Array:
        made: Array = super().__call__(X, rng) / 2
        return made


def test_a_class_that_is_derived_is_called() -> None:
    X = images("float32", SHAPE, N)
    found = [seen(X, Darker(SHAPE, shift=1), engine, "float32")[0] for engine in ("numpy", "compiled")]
    assert found[0] == found[1]
    assert found[0] != seen(X, Augment(SHAPE, shift=1), "numpy", "float32")[0]


@pytest.mark.parametrize(
    ("change", "known"),
    [
        (Augment(SHAPE, shift=1), True), (Augment(SHAPE, rotation=1), True), (Augment(SHAPE, scaling=0.1), True),
        (Augment(SHAPE), False), (Augment(SHAPE, shift=1, noise=0.1), False), (Darker(SHAPE, shift=1), False),
        (lambda x, rng: x, False), (None, False),
    ],
)  # fmt: skip
def test_which_images_steps_move(change: Any, known: bool) -> None:
    X = images("float32", SHAPE, N)
    data = Batches(X, np.eye(3)[Y], 8, True, 1, transform=change)
    assert (moved_in_steps(data) is not None) == known
    assert moved_in_steps(replace(data, X=X.astype(">f4"))) is None


def test_limits_that_need_the_same_border_share_code() -> None:
    hows = [
        moving(Augment(SHAPE, shift=shift, rotation=angle))
        for shift, angle in ((1.1, 0), (2, 0), (1, 5), (9, 70))
    ]
    shifted, also, turned, more = (found.how for found in hows if found is not None)
    assert shifted == also
    assert turned == more
