"""Why a network isn't learning: checks, each a small class, which read samples, steps and curves.

`CHECKS` are all of them, causes before what follows from them; `CURVE_CHECKS` those that need a curve alone.
"""

from collections.abc import Sequence

from chainrule.diagnosis import of_contract, of_samples, of_start, of_steps, of_units
from chainrule.diagnosis.check import Check
from chainrule.diagnosis.evidence import Curve, Evidence, Probe
from chainrule.diagnosis.finding import Finding, Trial
from chainrule.diagnosis.fix import Fix, with_rate
from chainrule.diagnosis.readings import data_loss
from chainrule.diagnosis.report import MOST, Diagnosis

CHECKS: tuple[Check, ...] = (
    of_contract.NothingMoves(),
    of_samples.ConstantTarget(),
    of_samples.ConstantInputs(),
    of_contract.ConstantOutput(),
    of_contract.WrongGradient(),
    of_contract.Uphill(),
    of_contract.TargetsOutOfReach(),
    of_contract.SeveralLabels(),
    of_samples.UnrelatedTargets(),
    of_samples.UnscaledInputs(),
    of_samples.UnscaledTargets(),
    of_start.EqualUnits(),
    of_start.PenaltyTooStrong(),
    of_start.FirstLoss(),
    of_units.DeadUnits(later=False),
    of_units.SaturatedUnits(later=False),
    of_units.VanishingGradients(),
    of_units.ExplodingGradients(),
    of_steps.Diverges(),
    of_steps.RateTooHigh(),
    of_units.DeadUnits(later=True),
    of_units.SaturatedUnits(later=True),
    of_steps.RateTooLow(),
    of_steps.TooShort(),
    of_steps.Overfitting(),
    of_samples.ConstantColumns(),
    of_samples.TargetInInputs(),
    of_contract.SeparateOutputs(),
)
CURVE_CHECKS: tuple[of_steps.CurveCheck, ...] = (
    of_steps.Restless(),
    of_steps.Flat(),
    of_steps.StillFalling(),
    of_steps.Overfitting(),
)


def of_history(loss: Sequence[float], validation_loss: Sequence[float] = ()) -> Diagnosis:
    """What the losses of the epochs tell, without any steps."""
    curve = Curve(loss, validation_loss)
    found = [finding for check in CURVE_CHECKS if (finding := check.of_curve(curve)) is not None]
    epochs = f"{len(loss):,} epoch{'' if len(loss) == 1 else 's'}"
    return Diagnosis(tuple(found[:MOST]), f"Looked at the losses of {epochs}, and at nothing else.")


__all__ = [
    "CHECKS",
    "CURVE_CHECKS",
    "MOST",
    "Check",
    "Curve",
    "Diagnosis",
    "Evidence",
    "Finding",
    "Fix",
    "Probe",
    "Trial",
    "data_loss",
    "of_history",
    "with_rate",
]
