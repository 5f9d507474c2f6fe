"""Files: networks as safetensors, and writing that leaves nothing half written."""

from chainrule.files.safetensors import load, save
from chainrule.utils.files import replacing

__all__ = ["load", "replacing", "save"]
