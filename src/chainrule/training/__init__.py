"""Training: epochs, callbacks, history."""
