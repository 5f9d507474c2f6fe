"""Files: networks as safetensors, and writing that leaves nothing half written."""

from chainrule.files.paths import replacing
from chainrule.files.safetensors import load, save

__all__ = ["load", "replacing", "save"]
