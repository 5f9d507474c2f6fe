"""A network's own files, safetensors, and writing that leaves nothing half written. What others run is in `export`."""

from chainrule.files.safetensors import load, save
from chainrule.utils.files import replacing

__all__ = ["load", "replacing", "save"]
