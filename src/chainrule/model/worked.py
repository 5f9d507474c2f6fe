"""The worked example that everybody knows, in numbers: its sample, its label, and its weights."""

from __future__ import annotations

SAMPLE = [0.5, 0.5]
LABEL = 1
SIZES = [2, 3, 2]
PARAMETERS = {
    "W1": [[-0.6, 0.6, 0.4], [-0.6, 0.7, 0.5]],
    "b1": [0.3, 0.5, 0.3],
    "W2": [[-0.7, 0.7], [0.8, -0.8], [0.5, -0.5]],
    "b2": [-0.4, 0.4],
}
