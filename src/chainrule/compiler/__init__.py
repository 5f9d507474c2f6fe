"""The program compiled: many training steps, or predictions, as one call of machine code over the network's buffers."""

from chainrule.compiler.engine import CompiledEngine
from chainrule.compiler.measuring import measure_once
from chainrule.compiler.predictor import Predictor
from chainrule.compiler.schedule import NotCompiled
from chainrule.compiler.team import NoThreads

__all__ = ["CompiledEngine", "NoThreads", "NotCompiled", "Predictor", "measure_once"]
