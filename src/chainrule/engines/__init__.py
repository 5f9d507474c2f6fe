"""Ways to take training steps in NumPy, and what a step takes: batches."""
