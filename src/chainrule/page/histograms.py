"""How activations and gradients are spread in each layer, and which units are dead or saturated."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.model.record import Record
from chainrule.page.structure import Column
from chainrule.parts.contract import Array

BINS = 24
FLAT, MOSTLY = (
    0.05,
    0.95,
)  # a unit is saturated where so little of the gradient passes, for so many of the samples


def histograms(record: Record, columns: list[Column]) -> tuple[dict[str, Any], dict[str, Array]]:
    """For each layer the counts of its activations and of its gradients dz, with the ends of the bins.

    A unit is dead where its activation passes nothing of the gradient of any sample, and saturated where it passes
    less than a twentieth for 95 of 100.
    """
    told: dict[str, Any] = {}
    arrays: dict[str, Array] = {}
    for column in columns[1:]:
        for name in (column.a, f"d{column.z}"):
            values = np.asarray(record.results[name], np.float64)
            if not np.isfinite(values).all():
                continue
            counts, edges = np.histogram(values, BINS)
            arrays[f"histogram:{name}"] = counts.astype(np.int32)
            told[name] = {"low": float(edges[0]), "high": float(edges[-1]), "samples": len(values)}
        told[column.a] = {**told.get(column.a, {}), **_flat(record, column)}
    return told, arrays


def _flat(record: Record, column: Column) -> dict[str, list[int]]:
    """Which units pass no gradient, and which little."""
    into, out = f"d{column.z}", f"d{column.a}"
    if column.title == "output" or out not in record.results or into == out:
        return {"dead": [], "saturated": []}
    before, after = np.abs(record.results[into]), np.abs(record.results[out])
    asked = after > 0
    passed = np.divide(before, after, out=np.ones_like(before), where=asked)
    some = asked.any(axis=0)
    dead = some & (np.where(asked, passed, 0) == 0).all(axis=0)
    share = (np.where(asked, passed, 1) < FLAT).sum(axis=0) / np.maximum(asked.sum(axis=0), 1)
    saturated = some & ~dead & (share >= MOSTLY)
    return {"dead": np.flatnonzero(dead).tolist(), "saturated": np.flatnonzero(saturated).tolist()}
