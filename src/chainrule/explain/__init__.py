"""The walk-through of a step, and why a number is what it is."""
