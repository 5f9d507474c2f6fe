"""A derivation as a picture: its lines are those of the text."""

from __future__ import annotations

import pytest
from drawn import assert_tidy, texts, worked_trace

from chainrule import plots
from chainrule.errors import KindError


def test_the_lines_are_those_of_the_text_and_it_fits_a_slide() -> None:
    why = worked_trace().why("dW1[0, 1]", depth=2)
    ax = plots.derivation(why)
    lines = [line for line in why.to_text(width=84).split("\n") if line]
    assert texts(ax) == lines
    assert lines[0] == "dW1[0, 1] = 0.685542"
    assert "  ├─ x[0, 0] = 0.5              input" in lines
    assert {text.get_fontfamily()[0] for text in ax.texts} == {"monospace"}
    assert min(text.get_fontsize() for text in ax.texts) >= 12
    figure = ax.figure
    assert figure.get_figwidth() <= 13.33
    assert figure.get_figheight() <= 7.5
    assert_tidy(ax)


def test_only_a_derivation_is_drawn() -> None:
    with pytest.raises(KindError) as error:
        plots.derivation("dW1")  # type: ignore[arg-type]
    assert str(error.value) == "'dW1' is no derivation: give what trace.why(…) returned."
