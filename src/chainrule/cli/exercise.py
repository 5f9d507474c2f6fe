"""``chainrule exercise``: worksheets with blanks, and their keys."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chainrule.cli.options as o
from chainrule.cli.datasets import Reading
from chainrule.cli.formats import FORMATS, as_json, format_for, written
from chainrule.cli.groups import grouped
from chainrule.cli.networks import NetworkOptions, make_optimizer
from chainrule.cli.output import deliver, deliver_bytes, note
from chainrule.cli.sources import SampleOptions, find_source
from chainrule.errors import InputError, UnknownName

if TYPE_CHECKING:
    from chainrule.worksheets import Exercise

_BETWEEN = re.compile(r",(?![^\[]*\])")  # not within an index
KEYS = ("end", "apart", "none")
SHEET_FORMATS = {**FORMATS, ".pdf": "pdf", ".xml": "moodle", ".zip": "qti", ".xlsx": "xlsx"}
MARKED = ("moodle", "qti", "xlsx")  # formats that mark the blanks: the keys are in them


@dataclass(frozen=True)
class _Drawn:
    """The options that draw numbers; None where one is not given."""

    series: int | None
    seed: int | None
    batch: int | None
    numbers: str | None

    @property
    def given(self) -> str:
        """The first of them that is given, as it is written; empty if there is none."""
        options = {
            "--series": self.series,
            "--batch": self.batch,
            "--numbers": self.numbers,
            "--seed": self.seed,
        }
        return next((f"{option} {value}" for option, value in options.items() if value is not None), "")


@dataclass(frozen=True)
class Making:
    """The options that make an exercise, which `exercise` and `grade` share."""

    blanks: o.Blanks = None
    series: o.Series = None
    seed: o.DrawingSeed = None
    batch: o.Batch = None
    numbers: o.Numbers = None
    fade: o.Fade = False
    digits: o.SheetDigits = 3
    halves: o.Halves = "even"
    samples_as: o.SamplesAs = "rows"
    reduction: o.Reduction = "mean"
    x: o.X = None
    y: o.Y = None
    data: o.Data = None
    sample: o.Sample = None
    optimizer: o.Optimizer = "sgd"
    lr: o.LearningRate = None
    layers: o.Layers = None
    activation: o.Activation = None
    output: o.Output = None
    loss: o.Loss = None
    freeze: o.Freeze = None
    set_: o.Set = None
    data_dir: o.DataDir = None


@dataclass(frozen=True)
class Options(Making):
    """What makes an exercise: those options by their names, and the file of a model."""

    model: str | None = None

    @property
    def given(self) -> dict[str, Any]:
        """Those that are not what they are unless given."""
        return {name: value for name, value in asdict(self).items() if value != getattr(Options, name)}

    def exercise(self) -> Exercise:
        """The exercise that they make."""
        drawn = _Drawn(self.series, self.seed, self.batch, self.numbers)
        named = NetworkOptions(
            self.model, self.layers, self.activation, self.output, self.loss, 0, self.freeze
        )
        samples = SampleOptions(
            self.x, self.y, self.data, self.sample, 0, self.set_, self.data_dir, Reading()
        )
        how = {
            "digits": self.digits, "halves": self.halves, "samples_as": self.samples_as,
            "reduction": self.reduction, "fade": self.fade,
        }  # fmt: skip
        return _exercise(named, samples, drawn, _lines(self.blanks), (self.optimizer, self.lr), how)


@grouped
def command(
    model: o.OptionalModel = None,
    key: o.Key = "end",
    format: o.SheetFormat = None,
    out: o.Out = None,
    *,
    making: Making,
) -> None:
    """Worksheets: one training step by hand, with blanks to fill in, and their keys.

    Without anything it is the worked example's own numbers. With --series, --batch, --numbers or --seed numbers are
    drawn, such that mistakes show: each gives another wrong number, and what can't be told is said with the key.

    \b
    Examples:
      chainrule exercise
      chainrule exercise --blanks dz1,dW1 --series 10 --seed 1 --out sheets.pdf
      chainrule exercise --layers 2,3,2 --batch 3 --numbers integers --fade --key apart --out sheets.tex
      chainrule exercise --samples-as columns --reduction sum --batch 3 --out sheet.html
      chainrule exercise --blanks dz1,dW1 --series 10 --out moodle.xml
    """
    wanted = format_for(format, out, SHEET_FORMATS)
    if key not in KEYS:
        raise UnknownName("place for the keys", key, KEYS)
    if key == "apart" and wanted in MARKED:
        raise InputError(
            f"--key apart: {wanted} marks the blanks, so the right numbers are in its file. Take --key end; or none, "
            "which leaves out how they are counted."
        )
    if out is None and wanted in ("qti", "xlsx"):
        ending = next(each for each, format in SHEET_FORMATS.items() if format == wanted)
        raise InputError(
            f"--format {wanted} is no text, and there is no --out: give one, such as --out sheet{ending}."
        )
    if key == "apart" and out is None:
        raise InputError(
            "--key apart writes two files, and there is no --out: give one, such as --out sheets.tex."
        )
    options = Options(**vars(making), model=model)
    exercise = options.exercise()
    if key == "apart":
        assert out is not None
        _deliver(exercise.tasks, options, wanted, out)
        path = Path(out)
        _deliver(exercise.keys, options, wanted, str(path.with_name(f"{path.stem}-key{path.suffix}")))
    else:
        _deliver(exercise if key == "end" else exercise.tasks, options, wanted, out)


def _exercise(
    named: NetworkOptions,
    samples: SampleOptions,
    drawn: _Drawn,
    blanks: Sequence[str] | None,
    optimizer: tuple[str, float | None],
    how: Mapping[str, Any],
) -> Exercise:
    """A sheet of samples of one's own or of the worked example, or a series of numbers that are drawn."""
    from chainrule.worksheets import exercise

    own = "--x" if samples.x is not None else "--data" if samples.data is not None else ""
    if own and drawn.given:
        raise InputError(f"{drawn.given} has numbers drawn, and there is {own}: leave one of them out.")
    if own or (named.worked_example and not drawn.given):
        source = find_source(named, samples)
        if source.note:
            note(source.note)
        return source.trace(*optimizer, 1).exercise(blanks, **how)
    samples.check()
    if samples.assignments:
        raise InputError(
            f"--set {samples.assignments[0]}: the weights are drawn. Give samples of your own, with --x and --y; or "
            "leave --set out."
        )
    return exercise(
        named.network(),
        blanks,
        batch=drawn.batch or 1,
        series=drawn.series or 1,
        seed=drawn.seed or 0,
        numbers=drawn.numbers or "decimals",
        optimizer=make_optimizer(*optimizer),
        **how,
    )


def _lines(text: str | None) -> list[str] | None:
    """``"dz1,dW1[0, 1]"`` as names of lines and entries; None where nothing is given."""
    return None if text is None else [name.strip() for name in _BETWEEN.split(text)]


def _deliver(exercise: Exercise, options: Options, format: str, out: str | None) -> None:
    if format in ("pdf", "qti", "xlsx"):
        write = {"pdf": exercise.to_pdf, "qti": exercise.to_qti, "xlsx": exercise.to_excel}[format]
        deliver_bytes(write(), out)
    elif format == "moodle":
        deliver(exercise.to_moodle(), out)
    elif format == "json":  # from which chainrule grade makes it again
        made_by = {"options": options.given} if "keys" in exercise.parts else {}
        deliver(as_json({**made_by, **exercise.to_dict()}, out), out)
    else:
        deliver(written(exercise, format, out), out)
