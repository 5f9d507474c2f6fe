"""What is to be compiled, and from where it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chainrule.compiler.entries import Own, State
from chainrule.compiler.schedule import Shape
from chainrule.model.answers import Answers
from chainrule.program.program import Quantity

if TYPE_CHECKING:
    from chainrule.data.moving import Move

ELEMENTS = {"float32": "float", "float64": "double"}
# How NumPy's dtypes are read: the type in memory, and the instruction that turns it into the network's numbers.
SOURCES = {
    "uint8": ("i8", "uitofp"), "int8": ("i8", "sitofp"), "uint16": ("i16", "uitofp"), "int16": ("i16", "sitofp"),
    "uint32": ("i32", "uitofp"), "int32": ("i32", "sitofp"), "uint64": ("i64", "uitofp"), "int64": ("i64", "sitofp"),
    "bool": ("i8", "uitofp"), "float32": ("float", ""), "float64": ("double", ""),
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """An array of the user's: its dtype, whether it holds labels, whether the entries of a row are neighbours, and
    whether rows are, too.
    """

    dtype: str
    labels: bool
    packed: bool
    whole: bool


FEW_SAMPLES = 512  # a step, up to which updates are fused with the products that give the gradients


@dataclass(frozen=True)
class Use:
    """For what a program is compiled.

    Parameters
    ----------
    wanted : the quantities that are computed
    updates : whether parameters are updated
    x, y, made, moves, shuffled, counts, few, threads : see `Task`
    prepared : whether samples come as the layers with weights get them, since no step can prepare them itself
    """

    wanted: tuple[str, ...]
    updates: bool
    x: Source
    y: Source | None
    made: bool = False
    moves: Move | None = None
    shuffled: bool = False
    counts: bool = False
    few: bool = True
    threads: int = 1
    prepared: bool = False


@dataclass(frozen=True)
class Task:
    """What is compiled: a program for a use, and all that the code takes from the network and the processor.

    Parameters
    ----------
    preparation : the lines that make the input of the raw one, entry by entry, in double precision, as rows are read
    scaling : the lines that scale targets likewise, as they are read; none where they come as the loss takes them
    restoring : the lines that take outputs back to the unit of the targets likewise, as they are given
    quantities : of the step from there up to the gradients, in order
    update : the lines of one parameter's update, which serve them all; none for a run that only computes forward
    shapes : of every leaf of these, with `M` for the number of samples
    noise : for each leaf of uniform noise, its number
    constants : the sizes of the arrays that those lines read: 1, or one entry for each input or each target
    raw, data, target, output, restored : the names of the input as it comes, of the prepared one, of the targets as
        they come, of the last activation, and of what a prediction gives
    told_by : the quantities that tell of a prediction whether all that it read was finite
    spans : where each parameter stands in the flat buffers
    gradients : for each parameter that is updated, the name of the gradient that it gets
    buffers : for each array that a layer remembers, the quantity that is left there
    answers : what outputs mean
    update_buffers : for the names that the update gives to flat buffers, their entries in the frame
    scalars : the names of the numbers that come from outside
    dtype : the network's
    x, y : how samples and targets come; a task without targets gives the outputs
    made : whether samples come as they are taken, the rows of one step after those of the other
    moves : how samples are moved that are images, as they are read, by numbers that come as they are taken
    shuffled, counts : whether rows come in an order of their own, and right answers are counted
    few : whether a step has few samples, up to `FEW_SAMPLES`
    threads : how many share the work
    register, registers : bytes of the processor's registers, and how many there are
    x86 : whether the processor must be told to flush subnormal numbers to 0
    """

    preparation: Sequence[Quantity]
    scaling: Sequence[Quantity]
    restoring: Sequence[Quantity]
    quantities: Sequence[Quantity]
    update: Sequence[Quantity]
    shapes: Mapping[str, Shape]
    noise: Mapping[str, int]
    constants: Mapping[str, int]
    raw: str
    data: str
    target: str
    output: str
    restored: str
    told_by: Sequence[str]
    spans: Mapping[str, slice]
    gradients: Mapping[str, str]
    buffers: Mapping[str, str]
    answers: Answers
    update_buffers: Mapping[str, Own | State]
    scalars: Sequence[str]
    dtype: str
    x: Source
    y: Source | None
    made: bool
    moves: Move | None
    shuffled: bool
    counts: bool
    few: bool
    threads: int
    register: int
    registers: int
    x86: bool

    @property
    def in_double(self) -> Sequence[Quantity]:
        """All lines that are computed entry by entry in double precision."""
        return [*self.preparation, *self.scaling, *self.restoring]

    @property
    def trained(self) -> Sequence[str]:
        """The parameters that are updated."""
        return list(self.gradients)
