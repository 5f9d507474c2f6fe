"""How parameters move: optimizers, schedules of the learning rate, clipping."""
