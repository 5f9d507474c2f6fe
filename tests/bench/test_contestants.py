"""The contestants are picked by name."""

from __future__ import annotations

import pytest

from chainrule.bench import contestants
from chainrule.errors import UnknownName


def test_peers_are_picked_by_name_beside_the_limit_and_chainrule():
    always = ["limit", "compiled", "chainrule"]
    assert [each.name for each in contestants.pick("jax-scan, numpy")] == [*always, "numpy", "jax-scan"]
    assert [each.name for each in contestants.pick("all", quick=True)] == list(contestants.TRAINERS)
    assert contestants.pick(None) == contestants.pick("all")
    assert set(contestants.CALLED) == {*contestants.TRAINERS, "auto"}
    assert [each.kind for each in contestants.CALLED.values()][:4] == ["limit", "chainrule", "other", "other"]
    assert "torch-compiled" not in [each.name for each in contestants.pick(None, quick=True)]
    with pytest.raises(UnknownName) as raised:
        contestants.pick("jaxx")
    assert str(raised.value) == (
        "there is no peer 'jaxx'. Did you mean 'jax'? There is: "
        "numpy, sklearn, torch, torch-compiled, jax, jax-scan, keras, all."
    )
