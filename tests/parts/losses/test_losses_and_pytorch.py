"""Each loss against PyTorch, or a formula of `loss_rows`, on any numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from loss_rows import ROWS, numbers, through

from chainrule.parts.contract import Loss
from thorough import examples


@pytest.mark.some(15)
@pytest.mark.parametrize("name", ROWS)
@examples(40)
@given(data=st.data())
def test_values_and_gradients_of_every_sample_equal_pytorchs(name: str, data: st.DataObject) -> None:
    row = ROWS[name]
    shape = (row.group * data.draw(st.integers(1, 3)), data.draw(st.integers(*row.outputs)))
    z, y = numbers(data.draw, shape, row.z), row.y(data.draw, shape)
    count = len(z) // row.group
    weights = data.draw(hnp.arrays(np.float64, count, elements=st.floats(0.1, 3)))
    how = {"sample_weight": weights} if row.group == 1 and data.draw(st.booleans()) else {}
    trace = through(row.output, row.loss, z, y, **how)

    leaf = torch.from_numpy(z.copy()).requires_grad_()
    target = torch.zeros(0) if y is None else torch.from_numpy(y)
    values = row.torchs(leaf, target)
    np.testing.assert_allclose(trace["l"], values.detach().numpy(), rtol=1e-10, atol=1e-10)
    if how:
        values = values * torch.from_numpy(weights)
    total = values.sum()
    total.backward()
    assert leaf.grad is not None
    np.testing.assert_allclose(trace["dz1"] * count, leaf.grad.numpy(), rtol=1e-10, atol=1e-10)
    assert trace.loss == pytest.approx(total.item() / count, rel=1e-10, abs=1e-10)


def test_every_loss_has_a_row() -> None:
    assert {Loss.of(row.loss).name() for row in ROWS.values()} == {*Loss.registry(), "loss_function"}
