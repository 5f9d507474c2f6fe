"""``chainrule grade``: answers to worksheets marked, with a score and feedback for each blank."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chainrule.cli.options as o
from chainrule.cli.exercise import Making, Options
from chainrule.cli.formats import as_json, format_for
from chainrule.cli.groups import grouped
from chainrule.cli.output import as_text, deliver, note
from chainrule.errors import FileError, InputError
from chainrule.utils.checks import short
from chainrule.utils.files import as_path
from chainrule.utils.hints import misfits

if TYPE_CHECKING:
    from chainrule.worksheets import Exercise

MODELS = (".safetensors", ".onnx")
FORMATS = {".txt": "text", ".json": "json", ".csv": "csv", ".otter": "otter"}


@grouped
def command(
    files: o.Graded = None,
    exercise: o.GradedExercise = None,
    carry: o.Carry = "best",
    points: o.Points = None,
    answers: o.WithAnswers = False,
    decimal: o.Decimal = None,
    format: o.GradeFormat = None,
    out: o.Out = None,
    *,
    making: Making,
) -> None:
    """Grade answers to worksheets: a score and feedback for each blank, the first wrong line, and what was done there.

    Which exercise it is, is said as for chainrule exercise, or by the .json with keys that it wrote. What is counted
    rightly from own wrong numbers has its points, unless these leave nothing to count.

    \b
    Examples:
      chainrule grade ada.json --blanks dz1,dW1
      chainrule exercise --blanks dz1,dW1 --series 10 --seed 1 --out key.json
      chainrule grade class.csv --exercise key.json --out grades.csv
      chainrule grade class.csv --exercise key.json --carry never --points dz1=2 --format otter --out results.json
    """
    wanted = format_for(format, out, FORMATS)
    model, given = _split(files or [])
    own = Options(**vars(making), model=model)
    made = own.exercise() if exercise is None else _written(exercise, own)
    grades = made.grade(given, carry=carry, points=_points(points or []), answers=answers, decimal=decimal)
    other = dict.fromkeys(name for grade in grades for name in grade.other)
    if other:
        note(f"no blanks of the sheet, and not graded: {', '.join(other)}")
    if wanted in ("json", "otter"):
        deliver(as_json(grades.to_dict() if wanted == "json" else grades.to_otter(), out), out)
    else:
        deliver(grades.to_csv().rstrip("\n") if wanted == "csv" else as_text(grades, out), out)


def _split(files: list[str]) -> tuple[str | None, str]:
    """The model's file, and that of the answers."""
    models = [file for file in files if file.lower().endswith(MODELS)]
    answers = [file for file in files if file not in models]
    if len(models) > 1 or len(answers) > 1:
        raise InputError(
            f"{' '.join(files)}: give at most a model's file, and one file or folder with answers."
        )
    if not answers:
        raise InputError(
            "there is nothing to grade: give a .json or .csv file with answers, or a folder of .json files."
        )
    return (models[0] if models else None), answers[0]


def _written(path: str, own: Options) -> Exercise:
    """The exercise of a file that ``chainrule exercise`` wrote, made again; its keys must be the same."""
    if own.given:
        name = next(iter(own.given)).rstrip("_").replace("_", "-")
        raise InputError(
            f"there is --exercise {path}, and --{name}: the file says what the exercise is. Leave one out."
        )
    options, keys = _document(path)
    if wrong := misfits(Options, options):
        raise InputError(
            f"{path} has options that chainrule exercise does not know, such as {short(wrong[0])}: write it again."
        )
    made = Options(**options).exercise()
    if keys != _keys(made.to_dict()):
        raise InputError(
            f"{path} has other keys than the exercise that its options make now: has a model's file changed since? "
            "Write it again, or give the options themselves."
        )
    return made


def _keys(document: dict[str, Any]) -> dict[str, str]:
    """The keys by the numbers of their sheets and the names of their blanks."""
    return {
        f"{sheet['number']} {blank['name']}": str(blank["key"])
        for sheet in document["sheets"]
        for blank in sheet["blanks"]
    }


def _document(path: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The options and the keys of a file."""
    try:
        document = json.loads(as_path(path).read_text(encoding="utf-8"))
        options, keys = document["options"], _keys(document)
        if isinstance(options, dict) and any(keys.values()):
            return options, keys
    except OSError as error:
        raise FileError(f"{path} can't be read: {error.strerror or error}.") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise InputError(
        f"{path} is no exercise with keys: write one by chainrule exercise --out {Path(path).stem}.json, with its keys."
    )


def _points(given: list[str]) -> dict[str, float]:
    """``dz1=2`` as points of a name."""
    found = {}
    for text in given:
        name, sign, number = text.rpartition("=")
        try:
            found[name.strip()] = float(number)
        except ValueError:
            sign = ""
        if not sign or not name.strip():
            raise InputError(f"--points {text}: write a line or a blank, = and a number, such as dz1=2.")
    return found
