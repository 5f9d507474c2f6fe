"""The parts of a data set that a command trains with, watches and tests, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainrule.cli.datasets import GENERATED, Reading
from chainrule.cli.preparing import numbers
from chainrule.errors import InputError
from chainrule.utils.checks import short
from chainrule.utils.counts import counted

if TYPE_CHECKING:
    from chainrule.data import DataSet
    from chainrule.parts import Columns

HELD_OUT = 0.2  # of a set, for each part that is held out
Samples = tuple[Any, Any]


@dataclass(frozen=True)
class Parts:
    """Samples to train with; to choose an epoch or a threshold by; and to test, which nothing is chosen by.

    Parameters
    ----------
    train, validation, test : (X, y); None where there are none
    """

    train: Samples
    validation: Samples | None = None
    test: Samples | None = None

    @property
    def watched(self) -> Samples | None:
        """What is measured after each epoch: the samples to test only where nothing is chosen by them."""
        return self.test if self.validation is None else self.validation

    @property
    def held_out(self) -> Samples | None:
        """What tells in the end how good the network is."""
        return self.validation if self.test is None else self.test

    def without_end(self) -> Parts:
        """The same without samples that nothing but the end would look at."""
        return self if self.validation is None else Parts(self.train, self.validation)


@dataclass(frozen=True)
class Splitting:
    """The options that say which samples are held out.

    Parameters
    ----------
    validation, test : parts of all samples
    last : the part that is held out in the end, as the last samples
    group : the column of what is not parted
    groups : what stands in it
    chooses : whether something is chosen by the validation: the best epoch, or the threshold
    """

    validation: float | None = None
    test: float | None = None
    last: float | None = None
    group: str | None = None
    groups: Any = None
    chooses: bool = False

    def split(self, loaded: DataSet, seed: int) -> Parts:
        """The parts of a data set.

        A set's own test samples are its test. Of others a part is held out, and where something is chosen by it,
        another one to test.
        """
        for option in ("validation", "test", "last"):
            if (part := getattr(self, option)) is not None and not 0 <= part < 1:
                raise InputError(
                    f"--{option} {part:g} is out of range: it is a part of the samples, 0 to below 1."
                )
        self._check_options(loaded)
        validation, test = self._sizes(own=loaded.test is not None)
        self._check_sizes(len(loaded.train[0]), validation, test)
        rest, tested, rows = self._held_out(loaded, loaded.train, self.groups, test, seed)
        # The validation is a part of all samples, too, and drawn from those that are left.
        groups = None if self.groups is None else self.groups[rows]
        train, validated, _ = self._held_out(loaded, rest, groups, validation / (1 - test), seed)
        return Parts(train, validated, tested if loaded.test is None else loaded.test)

    def _check_options(self, loaded: DataSet) -> None:
        if self.last is not None and self.group is not None:
            raise InputError("there are --last and --group, two ways to hold samples out: give one of them.")
        if self.last is not None and self.test is not None:
            raise InputError(f"--last {self.last:g} says how many samples are held out: leave --test out.")
        for option in ("test", "last"):
            if loaded.test is not None and (value := getattr(self, option)) is not None:
                raise InputError(
                    f"--{option} {value:g}: there are {len(loaded.test[0]):,} test samples already; leave it out."
                )

    def _sizes(self, own: bool) -> tuple[float, float]:
        """The parts for validation and for the test."""
        if own:
            usual = HELD_OUT if self.chooses else 0
            return usual if self.validation is None else self.validation, 0
        if self.last is not None:
            three = self.chooses or self.validation is not None
            usual = self.last if self.validation is None else self.validation
            return (usual, self.last) if three else (self.last, 0)
        usual = HELD_OUT if self.chooses else 0
        return (
            HELD_OUT if self.validation is None else self.validation,
            usual if self.test is None else self.test,
        )

    def _check_sizes(self, count: int, validation: float, test: float) -> None:
        if round(validation * count) + round(test * count) < count:
            return
        said = {"--last": self.last, "--validation": self.validation, "--test": self.test}
        given = [f"{option} {value:g}" for option, value in said.items() if value is not None]
        verb = "leaves" if len(given) == 1 else "leave"
        raise InputError(f"{' and '.join(given)} {verb} none of {count} samples to train with.")

    def _held_out(
        self, loaded: DataSet, samples: Samples, groups: Any, part: float, seed: int
    ) -> tuple[Samples, Samples | None, Any]:
        """The samples that are left, a part of them, and the rows of those that are left."""
        import numpy as np

        from chainrule.data import splitting

        X, y = samples
        if part == 0 or (groups is None and round(part * len(X)) == 0):
            return samples, None, np.arange(len(X))
        kept, held = splitting.rows(
            len(X), part, seed, classes=None if loaded.classes is None or loaded.several else y, groups=groups,
            last=self.last is not None,
        )  # fmt: skip
        return (X[kept], y[kept]), (X[held], y[held]), kept


def prepared(parts: Parts, reading: Reading) -> tuple[Parts, Columns | None]:
    """The parts as numbers, and how those to train with are prepared, where they hold what is no number."""
    from chainrule.data.cells import Cells
    from chainrule.parts import Columns

    X = parts.train[0]
    if not isinstance(X, Cells):
        return parts, None
    categorical = [name for name, kind in reading.told.items() if kind == "category"]
    columns = Columns.fitted(X, categorical=categorical)

    def encoded(samples: Samples | None) -> Samples | None:
        return None if samples is None else (columns.encode(samples[0]), samples[1])

    train = encoded(parts.train)
    assert train is not None
    return Parts(train, encoded(parts.validation), encoded(parts.test)), columns


def described(data: str, loaded: DataSet, parts: Parts) -> str:
    """The samples in a line, and in others what classes a part lacks."""
    features = len(loaded.features)
    if loaded.several:
        asked = f"yes or no to each of {loaded.target}"
    elif loaded.classes is None:
        several = f" ({numbers(loaded)} numbers)" if numbers(loaded) > 1 else ""
        asked = f"regression of {loaded.target}{several}"
    else:
        of = "" if data in GENERATED else f" of {loaded.target}"
        asked = f"{len(loaded.classes)} classes{of}"
    held = "".join(
        f", {len(part[0]):,} for {name}"
        for name, part in (("validation", parts.validation), ("the test", parts.test))
        if part is not None
    )
    count = len(parts.train[0])
    line = (
        f"{data}: {counted(count, 'sample')}{held}, {features} feature{'s' if features > 1 else ''}, {asked}"
    )
    return "\n".join([line, *_lacking(loaded, parts)])


def _lacking(loaded: DataSet, parts: Parts) -> Iterator[str]:
    """Which classes have no sample in a part."""
    import numpy as np

    from chainrule.cli.words import few

    told = (
        (parts.train, "to train with: it can't be learnt"),
        (parts.validation, "for validation"),
        (parts.test, "for the test"),
    )
    for part, what in told:
        if part is None or loaded.classes is None or loaded.several:
            continue
        counts = np.bincount(part[1].astype(np.int64), minlength=len(loaded.classes))
        if lacking := [name for name, count in zip(loaded.classes, counts, strict=True) if not count]:
            yield f"  no sample of {loaded.target} {few([short(name) for name in lacking])} {what}"
