"""What differences of L say of a gradient.

A slope is told by a step and by its double; how far the two are apart, and what rounding does to L, says how far
either can be trusted. The first step goes with the sizes of the entry and of the gradient; where it settles nothing,
a smaller one is taken for a curve and a larger one for rounding. A gradient is called wrong only by two steps that
say the same, where no kink and no rounding of its own explains it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from chainrule.notation import numeral
from chainrule.walkthrough.nudged import EPS, Difference, Nudged
from chainrule.walkthrough.rounding import SURE

Finding = Literal["agrees", "a kink", "cannot be told here", "differs", "DIFFERS"]
SHARP = 1e-5  # an estimate is sure where its error is below this part of the slope
FAIR = 0.05  # and says at least something below this one
SAME = 1e-6  # the part of a slope that is not looked at
SEEN = 1e-4  # the part of a gradient from which on it is told that rounding moved it
NARROW = 1e-7  # how near a plateau may be: normalizations have one where they divide by √(σ² + 0.00001)
MOST = 8  # steps that are tried
OUTSIDE = "; the gradient is not between them"
HIDDEN, UNSETTLED = "rounding in L hides it", "no step settles it"


@dataclass(frozen=True)
class Verdict:
    """What was found, by which difference, and at a kink the slopes on either side; see `GradientCheck`."""

    finding: Finding
    reason: str = ""
    difference: Difference | None = None
    below: float | None = None
    above: float | None = None


class Judge:
    """Finds the steps for one entry, and what they say of its gradient.

    Parameters
    ----------
    nudged : L as a function of the entry
    gradient, told : the gradient in double precision, and as the trace has it
    rounding : how far rounding may have moved it in double precision
    excuse : what lets a gradient differ from the slope, such as a `what_if` that put one before it in; else empty
    """

    def __init__(
        self,
        nudged: Nudged,
        gradient: float,
        told: float,
        rounding: Callable[[], float],
        excuse: Callable[[], str],
    ) -> None:
        self.nudged, self.gradient, self.told = nudged, gradient, told
        self.rounding, self.excuse = rounding, excuse

    def verdict(self) -> Verdict:
        """The verdict, after as few steps as it takes."""
        found = self._search()
        if isinstance(found, Verdict):
            return found
        if not found:
            return Verdict("cannot be told here", "L is not finite on either side")
        found.sort(key=self._rank)
        return self._kink(found) or self._second_look(found)

    # --- the steps ---

    def _search(self) -> Verdict | list[Difference]:
        """A verdict, as soon as a difference is sure and agrees, or shows a kink; else all that were tried."""
        low, at, top = self._powers()
        tried: dict[int, Difference | None] = {}
        doubts = 0
        while low <= at <= top and at not in tried and len(tried) < MOST and doubts < 2:
            found = tried[at] = self.nudged.difference(float(f"1e{at}"))
            if found is not None and found.jump and (kink := self._kink([found])):
                return kink
            if found is not None and self._sure(found):
                if self._near(found):
                    return self._agrees(found)
                doubts += 1
            way = 2 if found is not None and found.gap <= found.noise and not self._sure(found) else -2
            onward = at + way
            at = onward if low <= onward <= top and onward not in tried else at + way // 2
        return [d for d in tried.values() if d is not None]

    def _powers(self) -> tuple[int, int, int]:
        """Powers of ten for steps: the smallest, the first to be tried, the largest."""
        entry, loss = abs(self.nudged.entry), abs(self.nudged.loss(0.0))
        size = math.floor(math.log10(entry)) if entry else -1
        top = max(size, -1)
        first = size - 4
        if self.gradient == 0:
            first = max(first, -5)
        elif loss:  # larger where the losses would differ by less than their rounding
            quiet = math.log10(loss) + math.log10(EPS / 1e-8) - math.log10(abs(self.gradient))
            first = max(first, min(math.ceil(quiet), top - 1))
        low = max(size - 14, -307) if entry else -20
        return low, max(low, first), top

    def _size(self, d: Difference) -> float:
        return max(abs(d.slope), abs(self.gradient))

    def _sure(self, d: Difference) -> bool:
        return d.slope == self.gradient == 0 or d.error <= SHARP * self._size(d)

    def _near(self, d: Difference) -> bool:
        return abs(d.slope - self.gradient) <= SAME * self._size(d) + 2 * d.error

    def _rank(self, d: Difference) -> tuple[bool, float]:
        return not self._fair(d), d.error

    def _agrees(self, d: Difference) -> Verdict:
        if abs(self.told - self.gradient) > SEEN * abs(self.gradient):
            return Verdict("agrees", "float32", d)
        seen = abs(d.slope - self.gradient) > SEEN * self._size(d)
        return Verdict("agrees", ("rounding" if d.gap <= d.noise else "the step") if seen else "", d)

    # --- where they don't agree ---

    def _kink(self, found: Sequence[Difference]) -> Verdict | None:
        """Whether the entry stands on a kink, or all the steps reach across one."""
        crossed: list[tuple[str, str]] = []
        for d in found:
            crossed = self.nudged.crossings(d.step)
            if not crossed:
                return None
            below, above = (self.nudged.one_sided(d.step, side) for side in ("below", "above"))
            if below is None or above is None:
                continue
            error = below.error + above.error
            if abs(above.slope - below.slope) > max(10 * error, SEEN * (abs(above.slope) + abs(below.slope))):
                return self._on_kink(d, below.slope, above.slope, error, crossed)
        rounded = any(d.gap <= d.noise for d in found)
        if rounded or len(found) == 1 or self._sure(found[0]):
            return None
        entry, function = crossed[0]
        return Verdict("a kink", f"{entry} crosses that of {function} between the nudges", found[0])

    def _on_kink(
        self, d: Difference, below: float, above: float, error: float, crossed: Sequence[tuple[str, str]]
    ) -> Verdict:
        below, above = (0.0 if abs(slope) <= error else slope for slope in (below, above))
        low, high = sorted((below, above))
        room = SEEN * (high - low) + 3 * error
        outside = not low - room <= self.gradient <= high + room
        entry, function = crossed[0]
        reason = (
            f"{entry} crosses that of {function}, slope {numeral(below)} below and {numeral(above)} above"
        )
        # Of several at once, each with its own choice of a slope, the chain rule need not give one in between.
        if outside and len(crossed) == 1:
            excuse = self.excuse()
            finding: Finding = "differs" if excuse else "DIFFERS"
            return Verdict(finding, excuse or f"at a kink: {reason}", d, below, above)
        return Verdict("a kink", reason + OUTSIDE * outside, d, below, above)

    def _second_look(self, found: Sequence[Difference]) -> Verdict:
        """What the best difference says once more is known of rounding: how it moves L, and the gradient itself."""
        moved = SURE * self.nudged.rounding()
        told = [replace(d, noise=max(d.noise, moved / d.step)) for d in found]
        # What a smaller step says otherwise, a larger one does not know.
        told = [d for d in told if all(_alike(d, e) for e in told if e.step < d.step)]
        best = min(told, key=self._rank)
        apart = abs(best.slope - self.gradient)
        room = SAME * self._size(best) + 3 * best.error
        if apart <= room and (self._fair(best) or self.told == 0):
            return self._agrees(best)
        own = self.rounding()
        if apart <= room + own and (self._fair(best) or abs(self.gradient) <= own):
            return self._agrees(best)
        if self._fair(best) and (excuse := self.excuse()):
            return Verdict("differs", excuse, best)
        if any(self._refutes(d, best) for d in told if d is not best) and not self._flat_from_afar(best):
            return Verdict("DIFFERS", "", best)
        hidden = any(d.gap <= d.noise for d in told)
        return Verdict("cannot be told here", HIDDEN if hidden else UNSETTLED, best)

    def _flat_from_afar(self, best: Difference) -> bool:
        """Whether a slope near 0 may be that of a plateau, which L reaches by a rise that is lost in its rounding."""
        rise = 10 * EPS * abs(self.nudged.loss(0.0))
        return best.error > FAIR * abs(best.slope) and rise > NARROW * abs(self.gradient)

    def _fair(self, d: Difference) -> bool:
        """Whether a difference tells a slope; one near 0 is what rounding leaves of it."""
        return d.error <= FAIR * abs(d.slope) or (d.gap <= 3 * d.noise and d.error <= FAIR * self._size(d))

    def _refutes(self, d: Difference, best: Difference) -> bool:
        """Whether a second difference says the same as the best one, and both that the gradient is wrong."""
        apart = all(abs(each.slope - self.gradient) > 3 * each.error for each in (d, best))
        return _alike(d, best) and apart and self._fair(d) and self._fair(best)


def _alike(a: Difference, b: Difference) -> bool:
    return abs(a.slope - b.slope) <= 3 * (a.error + b.error)
