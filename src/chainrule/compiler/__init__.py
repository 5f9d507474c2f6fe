"""The program compiled: many training steps as one call of machine code.

`plan` fuses what lies between the products, `kernels` and `products` write loops in LLVM's assembly, `step` puts them
together, `machine` compiles and keeps the result on disk, `engine` runs it over the network's own buffers: a `frame` is
what one call works on, a `team` the threads that enter it together.
"""

from chainrule.compiler.engine import CompiledEngine, Predictor
from chainrule.compiler.schedule import NotCompiled
from chainrule.compiler.team import NoThreads

__all__ = ["CompiledEngine", "NoThreads", "NotCompiled", "Predictor"]
