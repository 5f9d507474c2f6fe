"""A training step written down: its quantities in order, and how rules write them."""
