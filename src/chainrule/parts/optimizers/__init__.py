"""How parameters move: optimizers, schedules of the learning rate, clipping.

Definitions, defaults and where ε stands are PyTorch's, but for the defaults of the learning rates of SGD and momentum.
What PyTorch's optimizers call ``weight_decay`` is the network's penalty ``L2(…, biases=True)``; the decoupled one of
AdamW and Lion is theirs.
"""

# In the order in which messages and help list them.
# ruff: noqa: I001
from chainrule.parts.optimizers.gradient_descent import SGD, Momentum, Nesterov
from chainrule.parts.optimizers.moments import Adam, AMSGrad, AdamW, NAdam, RAdam, Adamax
from chainrule.parts.optimizers.squares import RMSprop, Adagrad, Adadelta
from chainrule.parts.optimizers.lion import Lion
from chainrule.parts.optimizers.lookahead import Lookahead
from chainrule.parts.optimizers.lbfgs import LBFGS
from chainrule.parts.optimizers.own import UpdateFunction

__all__ = [
    "LBFGS",
    "SGD",
    "AMSGrad",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Lion",
    "Lookahead",
    "Momentum",
    "NAdam",
    "Nesterov",
    "RAdam",
    "RMSprop",
    "UpdateFunction",
]
