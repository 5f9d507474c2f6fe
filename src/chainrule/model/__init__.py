"""The core that readings take: a network's layers, parameters and program, and one step's values."""
