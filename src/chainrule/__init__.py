from chainrule.network import Network
from chainrule.parts import *
