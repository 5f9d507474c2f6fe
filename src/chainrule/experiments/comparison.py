"""What `compare` gives: the results, printed as a table and drawn as curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.experiments.results import Results
from chainrule.experiments.table import text
from chainrule.utils import notebooks

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Comparison(Results):
    """Trials by the names of their choices: ``found["adam"]``; printed, their table, and ``.plot()``, their curves."""

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """The curves of the first measure in one picture; see `chainrule.plots.comparison`."""
        from chainrule.plots import comparison

        return comparison(self, ax=ax)

    def _show_over(self) -> None:
        """In a notebook, put the curves of all in the place of the last training's."""
        from chainrule.plots import shown

        names = ", ".join(trial.name for trial in self)
        notebooks.show_over(shown("", self.plot), f"the curves of {names}")
        notebooks.tell_shown(self)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        from chainrule.plots import shown

        return shown(str(self), *([] if notebooks.is_shown(self) else [self.plot]))
