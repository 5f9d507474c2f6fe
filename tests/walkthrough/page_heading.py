"""The heading of a page against its trace, part by part: the network, the loss, the optimizer, the arithmetic."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np

import chainrule as cr
from reader import Reading, Untrue, plain_name

_SETTING = re.compile(r"(\S+) = (-?\d[\d.]*(?:e[+-]?\d+)?)")
_WIDTH = re.compile(r"(?<!\S)\d+(?!\S)")


def settings_told(heading: list[str]) -> dict[str, str]:
    """What the heading says of settings: their numbers, as they are printed, by name."""
    return {plain_name(name): text for name, text in _SETTING.findall(heading[0])}


def check_heading(heading: list[str], trace: cr.Trace, reading: Reading) -> None:
    """All lines of a page's heading."""
    check_first_line(heading[0], trace, reading)
    changes = [line for line in heading if line.startswith("What if ")]
    if [line[8:] for line in changes] != ([put_in(trace.replaced)] if trace.replaced else []):
        raise Untrue(f"the heading tells {changes}, put in was {trace.replaced}")
    samples, *rest = [line for line in heading[1:] if line not in changes]
    _check_samples(samples, trace)
    for line in rest:
        for number in re.findall(r"(?<![A-Za-zα-ω\d])\d+", line):
            if int(number) != reading.digits:
                raise Untrue(f"the heading tells {line!r}")
        if (
            reading.digits is not None
            and f"halves {'to ' * (reading.halves == 'even')}" not in line + rest[0]
        ):
            raise Untrue(f"the heading tells {line!r}, halves go to {reading.halves}")


def check_first_line(line: str, trace: cr.Trace, reading: Reading) -> None:
    """The network, the loss, the optimizer and the arithmetic."""
    network, *parts, arithmetic = re.split(r"\s{4,}", line)
    told = _WIDTH.findall(network)
    layers = [layer for layer in trace.network.layers if layer.has_weights]
    wanted = [str(trace.network.inputs), *(str(layer.outputs) for layer in layers)]
    if told != wanted:
        raise Untrue(f"the heading tells widths {network!r}, they are {wanted}")
    if trace.optimizer is not None:
        _check_optimizer(parts.pop(), trace)
    owners = [*trace.network.layers, trace.network.loss_part, trace.network.penalty, trace.minimizer]
    for part in parts:
        _check_settings(part, owners)
    if arithmetic != reading.arithmetic:
        raise Untrue(f"the heading tells {arithmetic!r}, it is {reading.arithmetic!r}")


def _check_settings(part: str, of: list[Any]) -> None:
    """Settings that are told of layers, of a loss or a penalty are some of theirs."""
    numbers = {float(value) for each in of for value in _numbers(each)}
    for name, text in _SETTING.findall(part):
        if float(text) not in numbers:
            raise Untrue(f"the heading tells {name} = {text}, the settings are {numbers}")


def _numbers(part: Any) -> list[float]:
    if not dataclasses.is_dataclass(part):
        return []
    values = [getattr(part, field.name) for field in dataclasses.fields(part)]
    return [value for value in values if isinstance(value, int | float)]


def _check_optimizer(part: str, trace: cr.Trace) -> None:
    told = {plain_name(name): float(text) for name, text in _SETTING.findall(part)}
    names = [name for name, (role, _) in trace.program.scalars.items() if role != "penalty"]
    if told != {name: float(trace[name]) for name in names} or len(_SETTING.findall(part)) != len(names):
        raise Untrue(f"the heading tells {told}, the optimizer is {trace.optimizer}")
    step = re.search(r", step (\d+)", part)
    if int(step[1] if step else 1) != trace.step_number:
        raise Untrue(f"the heading tells step {step and step[1]}, it is {trace.step_number}")
    words = re.sub(r", step \d+", "", _SETTING.sub("", part))
    if re.search(r"\d", words):
        raise Untrue(f"what is the number in {words!r}?")


def _check_samples(samples: str, trace: cr.Trace) -> None:
    if trace.samples > 1:
        group = trace.network.paired_loss.group
        loss = "L_data" if "L_data" in trace else "L"
        share = f"; the 1/{trace.samples // group} of {loss} enters once, at d{trace.program.activation}"
        rows = f"{trace.samples} samples, one a row{f', in groups of {group}' if group > 1 else ''}"
        if samples != f"{rows}{share if 'L' in trace else ''}.":
            raise Untrue(f"the heading tells {samples!r}, there are {trace.samples} samples")
        return
    if not re.fullmatch(r"one sample(, label .*)?", samples):
        raise Untrue(f"the heading tells {samples!r}")
    label = re.search(r"label (\d+) \(classes (\d+)(?:,| to) (\d+)\)", samples)
    if label is not None and (int(label[1]), int(label[2]), int(label[3])) != (
        trace["y"][0].argmax(),
        0,
        trace["y"].shape[1] - 1,
    ):
        raise Untrue(f"the heading tells {label[0]!r}, y is {trace['y'][0]}")


def put_in(replaced: Any) -> str:
    """What was put in, as the heading names it: single numbers alone are put in here."""
    return ", ".join(f"{name} = {np.float64(new):g}" for name, new in replaced.items())
