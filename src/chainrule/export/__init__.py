"""A network written for others to run: a script of plain NumPy. Other languages and formats have their place here."""

from chainrule.export.numpy_script import script

__all__ = ["script"]
