"""Names as variables: each its own, and none that is taken."""

from __future__ import annotations

import keyword
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from chainrule.export.variables import variables


def test_a_name_that_is_free_stays() -> None:
    assert variables(["W1", "größe", "_x"], ()) == {"W1": "W1", "größe": "größe", "_x": "_x"}


def test_a_name_that_is_taken_gets_a_mark() -> None:
    found = variables(["lambda", "loss", "loss_", "1st", "a-b", "a.b", "ﬁt"], {"lambda", "loss"})
    assert found == {
        "lambda": "lambda_", "loss": "loss_", "loss_": "loss__", "1st": "_1st", "a-b": "a_b", "a.b": "a_b_",
        "ﬁt": "fit",
    }  # fmt: skip


@given(st.lists(st.text(min_size=1)), st.sets(st.sampled_from(["a", "A", "_", "x1", "a_"])))
def test_any_names_are_variables_of_their_own(names: list[str], taken: set[str]) -> None:
    reserved = taken | set(keyword.kwlist)
    found = variables(names, reserved)
    assert list(found) == list(dict.fromkeys(names))
    assert len(set(found.values())) == len(found)
    for word in found.values():
        assert word.isidentifier()
        assert word not in reserved
        assert unicodedata.normalize("NFKC", word) == word  # as Python reads it
