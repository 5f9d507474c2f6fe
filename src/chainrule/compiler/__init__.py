"""The program compiled: many training steps as one call of machine code.

`plan` fuses what lies between the products, `kernels` and `products` write loops in LLVM's assembly, `step` puts them
together, `machine` compiles and keeps the result on disk, `engine` runs it over the network's own buffers.
"""

from chainrule.compiler.engine import CompiledEngine, Predictor
from chainrule.compiler.schedule import NotCompiled

__all__ = ["CompiledEngine", "NotCompiled", "Predictor"]
