"""From a program to machine code that all networks of its form share, in this process and on disk."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping

from chainrule.compiler import store
from chainrule.compiler.entries import Buffer, Entry, Leaf, Own, State
from chainrule.compiler.fingerprint import fingerprint
from chainrule.compiler.frame import Compiled, Frame
from chainrule.compiler.jit import JitFunction, machine_code
from chainrule.compiler.schedule import NotCompiled
from chainrule.compiler.task import Task, Use
from chainrule.compiler.tasks import task_of
from chainrule.errors import InputError
from chainrule.model.labels import Labels, Targets
from chainrule.model.model import Model
from chainrule.parts.contract import Array
from chainrule.program.program import Program
from chainrule.utils.recent import Recent

CHUNK_ROWS = 256  # that are looked at together, so that what is made of them stays in the second cache
# By program and use; and what keeps a program from being compiled.
KNOWN: Recent[Compiled | NotCompiled] = Recent(128)


def network_arrays(network: Model) -> dict[Entry, Array]:
    """A network's arrays."""
    named = network.constants | network.buffers
    return {Own.PARAMETERS: network.parameters.flat, **{Leaf(name): array for name, array in named.items()}}


def compiled_for(network: Model, program: Program, use: Use) -> Compiled:
    """The machine code of a program: that of the first network of its form, of an earlier process, or new."""
    found = KNOWN.get((program, use))
    if found is None:
        try:
            found = _compiled(task_of(network, program, use))
        except NotCompiled as why:
            found = why
        found = KNOWN.keep((program, use), found)
    if isinstance(found, NotCompiled):
        raise NotCompiled(*found.args)
    return found


Slots = Mapping[Entry, int]
Buffers = Mapping[Buffer, tuple[int, int | str]]


def _compiled(task: Task) -> Compiled:
    name = fingerprint(task)
    content = store.read(name)
    if content is None:
        from chainrule.compiler.step import Step

        step = Step(task)
        slots: Slots = step.slots
        buffers: Buffers = step.buffers
        code = machine_code(step.text)
        store.write(name, _packed(slots, buffers, code))
    else:
        slots, buffers, code = _unpacked(content)
    return Compiled(JitFunction(code), slots, buffers, task.threads, tuple(task.scalars))


KINDS: Mapping[str, type[Leaf] | type[State] | type[Buffer]] = {
    "leaf": Leaf,
    "state": State,
    "buffer": Buffer,
}
NAMES = {kind: name for name, kind in KINDS.items()}


def _packed(slots: Slots, buffers: Buffers, code: bytes) -> bytes:
    """Code, and what its frames hold, as a file's content: the length of the head, the head as JSON, the code."""
    places = [
        [NAMES[type(entry)], *vars(entry).values(), slot]
        for entry, slot in slots.items()
        if not isinstance(entry, Own)
    ]
    sizes = [[entry.number, *size] for entry, size in buffers.items()]
    head = json.dumps({"slots": places, "buffers": sizes}).encode()
    return struct.pack("<Q", len(head)) + head + code


def _unpacked(content: bytes) -> tuple[Slots, Buffers, bytes]:
    (length,) = struct.unpack_from("<Q", content)
    head, code = json.loads(content[8 : 8 + length]), content[8 + length :]
    slots: dict[Entry, int] = {own: int(own) for own in Own}
    slots |= {KINDS[kind](name): slot for kind, name, slot in head["slots"]}
    return slots, {Buffer(number): (stride, count) for number, stride, count in head["buffers"]}, code


def check_indices(frame: Frame, y: Targets) -> None:
    """Raise InputError where a label, or a place of the order, is not what it was when it was checked."""
    if (place := frame.wrong(Own.WRONG_ORDER)) >= 0:
        raise InputError(f"order[{place}] names no sample: an order holds the numbers of rows, from 0.")
    if (row := frame.wrong(Own.WRONG_LABEL)) >= 0:
        assert isinstance(y, Labels)
        raise y.changed(row)
