"""Numbers for worksheets, drawn by a seed: small ones, with which the blanks tell mistakes apart."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.check import Answer
from chainrule.errors import InputError
from chainrule.model.model import Model
from chainrule.model.noise import drawn_noise
from chainrule.model.record import Record
from chainrule.model.samples import check
from chainrule.model.streams import RandomStreams
from chainrule.parts.contract import Array, Optimizer
from chainrule.utils.counts import counted
from chainrule.walkthrough.by_hand import by_hand
from chainrule.worksheets.blanks import Blanks
from chainrule.worksheets.conventions import Conventions
from chainrule.worksheets.mistakes import made, untold

TRIES = 60  # draws of which the most telling one is taken
DRAWS = 20  # for each of these, until the numbers are handy
HANDY = 2.5  # powers of ten by which numbers are at most smaller or larger than 1, so that they are easily written
EXTREME = (1e-6, 1e6)  # beyond which no sheet has a number up to the gradients, but for 0
DUST = 1e-12  # below which floats make a number of what is 0
PATIENCE = 10  # draws without a better one after which it is left at that
# For inputs, weights and what is added: the largest number that is drawn, in tenths, and in whole numbers.
LARGEST = {"decimals": (20, 9, 9), "integers": (3, 2, 2)}

Score = tuple[float, float, float]
BEST, WORST = (0, 0, 0), (np.inf, np.inf, np.inf)


@dataclass(frozen=True)
class Drawing:
    """How the numbers of a series are drawn.

    Parameters
    ----------
    model : the network whose layers and loss are taken; its parameters are drawn anew
    batch : how many samples
    optimizer : of the step; None for a step that ends at the gradients
    numbers : "decimals", of one place, or "integers"
    conventions : how the sheets count
    """

    model: Model
    batch: int
    optimizer: Optimizer | None
    numbers: str
    conventions: Conventions

    @cached_property
    def _first(self) -> Record:
        """A step whose numbers give way to others."""
        rng = np.random.default_rng(0)
        X = self._numbers(rng, (self.batch, self.model.inputs), LARGEST[self.numbers][0])
        X, y, _ = check(self.model, X, self._targets(rng))
        noise = drawn_noise(self.model, RandomStreams(0).noise, self.batch)
        record = Record.of_arrays(self.model, X, y[:], self.optimizer, noise=noise)
        return record.as_sum() if self.conventions.reduction == "sum" else record

    def record(self, rng: np.random.Generator) -> Record:
        """A step with numbers of this generator, whatever they are worth."""
        inputs, weights, biases = LARGEST[self.numbers]
        leaves = dict(self._first.leaves)
        for name, kind in self._first.program.leaves.items():
            shape = np.shape(leaves[name])
            if kind == "parameter":
                leaves[name] = self._numbers(rng, shape, weights if len(shape) == 2 else biases)
            elif kind == "input":
                leaves[name] = self._numbers(rng, shape, inputs)
            elif kind == "target":
                leaves[name] = self._targets(rng)
        with np.errstate(all="ignore"):
            return replace(self._first, leaves=leaves, results=self._first.program.run(leaves))

    def _with_network(self, record: Record) -> Record:
        """The step with a network of its own, which has its parameters."""
        network = copy.deepcopy(self.model)
        for name in network.parameters:
            network.parameters[name] = record.leaves[name]
        return replace(record, network=network)

    def countable(self, seed: int) -> Record:
        """A step that can be counted by hand, whatever its numbers tell."""
        rng = np.random.default_rng(seed)
        for _ in range(TRIES):
            record = self._handy(rng)
            try:
                values = by_hand(record, self.conventions.digits, self.conventions.halves)
            except InputError:
                continue
            if self._can_be_written(values):
                return record
        raise self._none(seed)

    def telling(self, seed: int, number: int, formulas: Mapping[str, list[Answer]], blanks: Blanks) -> Record:
        """The step with the most telling numbers of some draws.

        Parameters
        ----------
        seed, number : of the series, and which of its sheets
        formulas : what can be done wrong in each line
        blanks : what is asked for, by line

        Raises
        ------
        InputError : where none of the draws can be counted by hand
        """
        rng = np.random.default_rng([seed, number])
        best, least, since = None, WORST, 0
        for _ in range(TRIES):
            record = self._handy(rng)
            told = self._untold(record, formulas, blanks)
            since += 1
            if told < least:
                best, least, since = record, told, 0
            if best is not None and (least == BEST or since >= PATIENCE):
                return self._with_network(best)
        if best is None:
            raise self._none(seed)
        return self._with_network(best)

    def _handy(self, rng: np.random.Generator) -> Record:
        """The draw of some whose numbers are written most easily: none of them is very small or large."""
        best, least = None, np.inf
        for _ in range(DRAWS):
            record = self.record(rng)
            powers = np.abs([np.log10(size) for size in self._sizes(record.results) if size > DUST])
            if (most := powers.max(initial=0.0)) < least:
                best, least = record, most
            if least <= HANDY:
                break
        return record if best is None else best

    def _sizes(self, values: Mapping[str, Any]) -> list[float]:
        """The sizes of the numbers of a step up to its gradients; an optimizer's state is always small."""
        told = (q.name for q in self._first.program.quantities.values() if q.section != "update")
        return [abs(float(number)) for name in told for number in np.ravel(values[name])]

    def _can_be_written(self, values: Mapping[str, Any]) -> bool:
        """Whether no number, counted by hand, is so small or large that nobody would write it."""
        return all(size == 0 or EXTREME[0] <= size <= EXTREME[1] for size in self._sizes(values))

    def _none(self, seed: int) -> InputError:
        return InputError(
            f"of {TRIES} draws with seed {seed} none can be counted by hand with "
            f"{counted(self.conventions.digits, 'digit')} and numbers that are easily written: take more "
            "digits, decimals, another seed, or fewer units."
        )

    def _untold(self, record: Record, formulas: Mapping[str, list[Answer]], blanks: Blanks) -> Score:
        """How many mistakes its blanks do not tell, how many pairs of them, and how many keys too many are 0."""
        try:
            values, found = made(record, self.conventions, formulas, blanks)
        except InputError:  # a number divides by what was rounded to 0
            return WORST
        if not self._can_be_written(values):
            return WORST
        keys = {
            name: [np.asarray(values[name], object)[cell] for cell in cells] for name, cells in blanks.items()
        }
        hidden, alike = untold(found, values, blanks)
        zeros = sum(max(0, 2 * numbers.count(0) - len(numbers)) for numbers in keys.values())
        return len(hidden), len(alike), zeros

    # --- numbers --------------------------------------------------------------------------------------

    def _numbers(self, rng: np.random.Generator, shape: tuple[int, ...], largest: int) -> Array:
        """Numbers up to the largest, none of them 0, which would hide what it is multiplied by."""
        drawn = rng.integers(1, largest, shape, endpoint=True) * rng.choice([-1.0, 1.0], shape)
        numbers: Array = drawn / 10 if self.numbers == "decimals" else drawn
        return numbers

    def _targets(self, rng: np.random.Generator) -> Array:
        """Targets of the kind that the loss compares: rows with a single 1, yes or no, or numbers."""
        answers, shape = self.model.answers, (self.batch, self.model.outputs)
        if not answers.of_classes:
            return self._allowed(self._numbers(rng, shape, LARGEST[self.numbers][0]))
        if answers.separate:
            return rng.integers(0, 2, shape).astype(np.float64)
        targets: Array = np.eye(shape[1])[rng.integers(0, shape[1], self.batch)]
        return targets

    def _allowed(self, targets: Array) -> Array:
        """Targets that the loss is defined for: of some, none below 0, or those of a sample add up to 1."""
        for allowed in self._kinds(targets):
            try:
                self.model.paired_loss.check_targets(allowed)
            except InputError:
                continue
            return allowed
        return targets

    def _kinds(self, targets: Array) -> Iterator[Array]:
        yield targets
        yield np.abs(targets)
        single = np.zeros_like(targets)
        single[np.arange(len(targets)), np.abs(targets).argmax(axis=1)] = 1
        yield single
