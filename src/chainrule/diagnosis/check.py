"""What a check is."""

from __future__ import annotations

from typing import Any, ClassVar

from chainrule.diagnosis.evidence import Evidence
from chainrule.diagnosis.finding import Finding, Stage
from chainrule.diagnosis.fix import Fix


class Check:
    """One thing that may be wrong: a name, a measure with its threshold, and what it finds.

    A proof holds before any step is taken; a symptom is read off steps that were. Checks stand in an order from causes
    to what follows from them.
    """

    name: ClassVar[str]
    stage: ClassVar[Stage]
    measure: ClassVar[str]
    threshold: ClassVar[float]
    warning: ClassVar[bool] = False

    def find(self, evidence: Evidence) -> Finding | None:
        """What is wrong, if it is."""
        raise NotImplementedError

    def found(
        self, sentence: str, number: float, concerned: str = "", fixes: tuple[Fix, ...] = (), advice: str = "",
        **instead: Any,
    ) -> Finding:  # fmt: skip
        """The finding, with what is the same in all of them."""
        own = {"measure": self.measure, "threshold": self.threshold, "warning": self.warning, **instead}
        return Finding(
            self.name, self.stage, sentence, number=float(number), concerned=concerned, fixes=fixes, advice=advice,
            **own,
        )  # fmt: skip
