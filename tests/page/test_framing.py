"""The frame of a message: written and read alike, and damaged ones refused, whatever is wrong with them."""

from __future__ import annotations

import json
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from chainrule.errors import InputError
from chainrule.page.framing import FrameError, pack, unpack
from page_clients import framed, parsed
from thorough import examples

DTYPES = {"f8": np.float64, "f4": np.float32, "i4": np.int32, "u1": np.uint8}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
calm = examples(100, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def messages(draw):
    """A header and its arrays."""
    arrays, said = [], []
    for i in range(draw(st.integers(0, 4))):
        dtype = draw(st.sampled_from([*DTYPES, "raw"]))
        if dtype == "raw":
            arrays.append(draw(st.binary(max_size=40)))
            shape = [len(arrays[-1])]
        else:
            shape = draw(st.lists(st.integers(0, 3), max_size=3))
            arrays.append(np.arange(np.prod(shape, dtype=int)).astype(DTYPES[dtype]).reshape(shape))
        said.append({"name": f"q{i}", "dtype": dtype, "shape": shape})
    header = draw(st.dictionaries(st.text(), JSON, max_size=4))
    return header | ({"arrays": said} if said else {}), arrays


def as_bytes(array):
    return array if isinstance(array, bytes) else array.tobytes()


@calm
@given(messages())
def test_a_frame_gives_back_what_went_in(message):
    header, arrays = message
    header.pop("arrays", None) if not arrays else None
    got, buffers = unpack(pack(header, arrays))
    assert got == header
    assert buffers == [as_bytes(array) for array in arrays]


@calm
@given(messages())
def test_a_frame_is_as_the_docs_say(message):
    """Read and written by means of the tests' own."""
    header, arrays = message
    header.pop("arrays", None) if not arrays else None
    frame = pack(header, arrays)
    assert len(frame) % 8 == 0
    got, rest = parsed(frame)
    assert got == header
    at = 0
    for array in map(as_bytes, arrays):
        assert rest[at : at + len(array)] == array
        at += -(-len(array) // 8) * 8
    assert at == len(rest)
    assert unpack(framed(header, [as_bytes(array) for array in arrays])) == (
        header,
        list(map(as_bytes, arrays)),
    )


@calm
@given(messages(), st.data())
def test_a_frame_that_was_cut_is_refused(message, data):
    frame = pack(*message) if message[1] else pack({"id": 1}, [])
    cut = data.draw(st.integers(0, len(frame) - 1))
    with pytest.raises(FrameError):
        unpack(frame[:cut])


@calm
@given(messages(), st.data())
def test_a_frame_that_was_changed_is_read_or_refused(message, data):
    frame = bytearray(pack(*message) if message[1] else pack({"id": 1}, []))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    _read_or_refused(bytes(frame))


@calm
@given(st.binary(max_size=200))
def test_noise_is_read_or_refused(noise):
    _read_or_refused(noise)


@calm
@given(JSON)
def test_any_header_is_read_or_refused(header):
    _read_or_refused(framed(header))
    _read_or_refused(framed({"arrays": header}))
    _read_or_refused(framed({"arrays": [{"name": "x", "dtype": "f8", "shape": header}]}))
    _read_or_refused(framed({"arrays": [{"name": header, "dtype": header, "shape": [1]}]}))


def _read_or_refused(frame):
    try:
        header, buffers = unpack(frame)
    except FrameError as error:
        said = str(error)
    else:
        assert isinstance(header, dict)
        assert sum(map(len, buffers)) < len(frame)
        return
    assert said.endswith(".")
    assert len(said) < 300


def header_of(text):
    frame = struct.pack("<I", len(text)) + text
    return frame + bytes(-len(frame) % 8)


def arrays(*said):
    return framed({"arrays": list(said)})


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (b"\0\0\0", "a frame begins with a length of 4 bytes, and this one has 3 in all."),
        (bytes(4), "the header is no JSON that could be read (Expecting value: line 1 column 1 (char 0))."),
        (b"\xff\xff\xff\xff", "a header of 4,294,967,295 bytes is too long: it has at most 1,048,576."),
        (b"\x09\0\0\0{}", "the header should have 9 bytes, and the frame ends before that."),
        (header_of(b"[1]"), "the header is a JSON object, not list."),
        (header_of(b'{"eta": NaN}'), "the header is no JSON that could be read (NaN is no JSON)."),
        (header_of(b"[" * 200_000), "the header is no JSON that could be read (nested too deeply)."),
        (
            header_of(b'{"a": "\xff"}'),
            "the header is no JSON that could be read ('utf-8' codec can't decode byte 0xff in position 7: "
            "invalid start byte).",
        ),
        (header_of(b"{}") + bytes(8), "the frame should have 8 bytes, as its header says; it has 16."),
        (framed({"arrays": {}}), "arrays is a list of at most 1024, with name, dtype and shape of each."),
        (
            framed({"arrays": [0] * 1025}),
            "arrays is a list of at most 1024, with name, dtype and shape of each.",
        ),
        (arrays(3), "each of arrays is an object with name, dtype and shape."),
        (arrays({}), "each of arrays has a name, a text."),
        (arrays({"name": "x", "dtype": "f2"}), "array 'x' has no dtype of f8, f4, i4, u1, raw."),
        *(
            (
                arrays({"name": "x", "dtype": "f8", "shape": shape}),
                "the shape of array 'x' is a list of at most 8 whole numbers from 0 on.",
            )
            for shape in (None, 3, [-1], [1.0], [True], ["1"], [2**32], [1] * 9)
        ),
    ],
)
def test_what_is_wrong_is_said(frame, message):
    with pytest.raises(FrameError) as refused:
        unpack(frame)
    assert str(refused.value) == message
    assert isinstance(refused.value, InputError)


def test_a_frame_that_promises_much_takes_no_memory():
    frame = framed(
        {"arrays": [{"name": f"x{i}", "dtype": "f8", "shape": [2**32 - 1] * 8} for i in range(1000)]}
    )
    tracemalloc.start()
    with pytest.raises(FrameError):
        unpack(frame)
    assert tracemalloc.get_traced_memory()[1] < 10 * len(frame)
    tracemalloc.stop()


def test_what_a_session_says_wrongly_is_an_error():
    said = [{"name": "x", "dtype": "f8", "shape": [3]}]
    with pytest.raises(ValueError, match=r"^the buffers have \[8\] bytes, the header says \[24\]$"):
        pack({"arrays": said}, [np.zeros(1)])
    with pytest.raises(ValueError, match=r"^the buffers have \[8\] bytes, the header says \[\]$"):
        pack({}, [np.zeros(1)])
    with pytest.raises(ValueError, match="not JSON compliant"):
        pack({"loss": float("inf")}, [])


def test_signs_stay_as_they_are():
    assert json.loads(pack({"say": "∂L/∂W1 😀 </script>"}, [])[4:].rstrip(b"\0")) == {
        "say": "∂L/∂W1 😀 </script>"
    }
