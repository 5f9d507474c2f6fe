"""What strangers send to the page's server, keep as a state of it, or put into the cache of machine code."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.compiler import store
from chainrule.page import states
from chainrule.page.address import Address
from chainrule.page.framing import pack, unpack
from chainrule.page.session import Session
from strangers.attack import withstood
from strangers.mutations import mutated

ASKED = ("open", "change", "view", "advance", "seek", "edit", "lines", "line", "why", "what_if", "mark", "compare",
         "draw", "address", "export", "nothing", "")  # fmt: skip
FIELDS = ("settings", "address", "state", "resume", "want", "by", "count", "step", "parameters", "points", "numbers",
          "row", "name", "entry", "depth", "changes", "answer", "shown", "kind", "arrays")  # fmt: skip
INSIDE = ("data", "network", "training", "name", "layers", "units", "activation", "sample", "plane", "surface",
          "values", "batch", "optimizer", "seed", "noise", "samples", "W1[0, 1]", "a1[0, 1]", "a1", "learning_rate",
          "label", "x", "mode", "hide", "lesson", "loss", "penalty", "schedule", "curves", "pictures", "image",
          "numbers")  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, 2, 3, -1, 1e400, -1e400, float("nan"), 1e-320, 2**31, 2**64, 10**30, "", "spiral", "moons",
    "file", "adam", "relu", "softmax", "W1[0, 1]", "dW1[0, 1]", "z1", "batch", "seconds", "epoch", "csv", "numpy",
    "walkthrough", "\x1b[2J", "x" * 5000, "\ud800", "٣", "data=moons&net=4tanh,4tanh&opt=adam&eta=0.01&step=3",
)  # fmt: skip


def value(chance: random.Random, depth: int = 3) -> Any:
    """Anything that a message may hold."""
    how = chance.random()
    if depth and how < 0.25:
        return {chance.choice(INSIDE): value(chance, depth - 1) for _ in range(chance.randrange(4))}
    if depth and how < 0.4:
        return [value(chance, depth - 1) for _ in range(chance.randrange(4))]
    return chance.choice(VALUES)


def test_the_server_answers_whatever_it_is_asked() -> None:
    visit = Session()

    def case(chance: random.Random) -> None:
        message: Any = {"id": 1, "do": chance.choice(ASKED)}
        for _ in range(chance.randrange(4)):
            message[chance.choice(FIELDS)] = value(chance)
        if chance.random() < 0.02:
            message = value(chance)
        buffers = [chance.randbytes(chance.choice((0, 8, 16, 64)))] if chance.random() < 0.2 else []
        header, _ = visit.handle(message, buffers)
        assert "inside chainrule" not in str(header.get("error")), f"{header['error']} for {message}"

    withstood(case)


def test_frames() -> None:
    frames = [
        pack({"id": 1, "do": "open", "want": {"values": True}}, []),
        pack(
            {"id": 2, "do": "draw", "arrays": [{"name": "pixels", "dtype": "f4", "shape": [64]}]},
            [np.zeros(64, "f4")],
        ),
    ]

    def case(chance: random.Random) -> None:
        unpack(mutated(chance, chance.choice(frames)))

    withstood(case)


def test_addresses() -> None:
    visit = Session()
    texts = [
        "data=moons&net=4tanh,4tanh&opt=adam&eta=0.01&step=3",
        "data=xor&W1=0.1,0.2&lr=3&line=dz1&hide=z1&mode=train&lesson=tour:3&parts=-why,-charts",
    ]

    def case(chance: random.Random) -> None:
        text = mutated(chance, chance.choice(texts).encode()).decode("utf-8", "replace")
        Address(text)
        visit.handle({"id": 1, "do": "open", "address": text})

    withstood(case)


def test_states() -> None:
    visit = Session()
    visit.handle({"id": 1, "do": "advance", "by": "batch", "count": 3})
    state = states.written(visit.world)

    def case(chance: random.Random) -> None:
        states.read(mutated(chance, state))

    withstood(case)


def test_machine_code_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "code"))
    store.write("some", b"machine code" * 20)
    (path,) = (tmp_path / "code").iterdir()
    written = path.read_bytes()

    def case(chance: random.Random) -> None:
        path.write_bytes(mutated(chance, written))
        found = store.read("some")
        assert found in (None, b"machine code" * 20), "what was damaged is run"

    withstood(case)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_what_lies_in_the_place_of_machine_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINRULE_CACHE", str(folder := tmp_path / "code"))
    for name, content in (("kept", b"a"), ("linked", b"b"), ("open", b"c"), ("piped", b"d")):
        store.write(name, content)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes((folder / "linked.code").read_bytes())
    (folder / "linked.code").unlink()
    (folder / "linked.code").symlink_to(elsewhere)
    (folder / "open.code").chmod(0o666)
    (folder / "piped.code").unlink()
    os.mkfifo(folder / "piped.code")
    assert [store.read(name) for name in ("kept", "linked", "open", "piped")] == [b"a", None, None, None]
    store.write("linked", b"new")  # takes the link's place, and leaves what it pointed to
    assert store.read("linked") == b"new"
    assert elsewhere.read_bytes()[-1:] == b"b"
    folder.chmod(0o777)
    assert store.read("kept") is None


def test_the_originals_are_read() -> None:
    visit = Session()
    header, _ = visit.handle(
        {"id": 1, "do": "open", "address": "data=moons&net=4tanh,4tanh&opt=adam&eta=0.01&step=3"}
    )
    assert "error" not in header
    assert states.read(states.written(visit.world)).course.step == visit.world.course.step
