"""A network in other languages: a script of plain NumPy."""

from chainrule.export.numpy_script import script

__all__ = ["script"]
