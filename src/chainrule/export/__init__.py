"""A network in other languages: a script of plain NumPy."""
