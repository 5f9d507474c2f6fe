"""An evaluation as text."""

from __future__ import annotations

import re

import numpy as np
import pytest
from known_outputs import passing, softmaxed

P = [0.92, 0.82, 0.34, 0.22, 0.71, 0.42, 0.36, 0.12, 0.16, 0.26]  # none on the edge of a bin


def test_a_report_of_yes_and_no_whole() -> None:
    net, X = softmaxed(np.column_stack([1 - np.array(P), P]), classes=["well", "ill"])
    net.threshold = 0.5
    assert (
        str(net.evaluate(X, [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]))
        == """\
10 samples            model  baseline
  accuracy           70.00%    60.00%
  balanced accuracy  66.67%    50.00%
  precision of ill   66.67%     0.00%
  recall of ill      50.00%     0.00%
  F1 of ill          57.14%     0.00%
  ROC-AUC            0.7083       0.5
  log loss           0.5707     0.673
  ill is said above the threshold 0.5
  baseline: always 'well'

  class   found  recall  precision      F1  ROC-AUC
  well   5 of 6  83.33%     71.43%  76.92%   0.7083
  ill    2 of 4  50.00%     66.67%  57.14%   0.7083

  true \\ said  well  ill
  well            5    1
  ill             2    2

  probability of ill  samples  ill in fact
  0.14                      2         0.00
  0.24                      2         0.50
  0.35                      2         0.50
  0.42                      1         0.00
  0.71                      1         0.00
  0.82                      1         1.00
  0.92                      1         1.00"""
    )
    assert repr(net.evaluate(X, [1, 1, 1, 1, 0, 0, 0, 0, 0, 0])) == (
        "<Evaluation: 10 samples, accuracy 70.00%, of the baseline 60.00%>"
    )


def test_numbers_and_what_is_said_of_them() -> None:
    net = passing(1, "identity", "mean_squared_error")
    net.metadata["target"] = "price"
    assert (
        str(net.evaluate([[1.0], [2.0], [4.0]], [1.0, 2.0, 3.0]))
        == """\
3 samples   model  baseline
  R²          0.5         0
  MAE      0.3333    0.6667
  RMSE     0.5774    0.8165
  baseline: always the mean, 2"""
    )
    text = str(passing(2, "identity", "mean_squared_error").evaluate([[1.0, 3], [2, 2]], [[1.0, 5], [3, 5]]))
    lines = text.splitlines()
    assert lines[3:5] == [
        "  R² is not defined: y_1 is the same for all samples, and it compares with their",
        "    spread",
    ]
    assert lines[-3:] == [
        "  output   R²  MAE    RMSE",
        "  y_0     0.5  0.5  0.7071",
        "  y_1       –  2.5    2.55",
    ]


def test_many_classes_are_told_by_those_that_are_mistaken() -> None:
    """Of thirty classes the last twelve are always said to be the one before them, and have a line each."""
    k = 30
    said = np.arange(k) - (np.arange(k) >= 18)
    net, X = softmaxed(np.eye(k)[said] * 0.7 + 0.01)
    text = str(net.evaluate(np.repeat(X, 2, axis=0), np.repeat(np.arange(k), 2)))
    lines = re.findall(r"^  (\d+) +0 of 2 ", text, re.M)
    assert lines == [str(i) for i in range(18, 30)]
    assert "  … and 18 more, found more often\n" in text
    assert re.findall(r"^  2 of (\d+) said to be (\d+)$", text, re.M) == [
        (str(i), str(i - 1)) for i in range(18, 23)
    ]
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("names", [["a", "b", "c"], ["a name that is much too long for any table", "b", "c"]])
def test_no_line_of_a_table_is_wider_than_a_terminal(names: list[str]) -> None:
    net, X = softmaxed(np.random.default_rng(3).dirichlet([1, 1, 1], 40), classes=names)
    text = str(net.evaluate(X, np.arange(40) % 3))
    assert max(map(len, text.splitlines())) <= 80
