"""The line that is drawn while a network is trained."""

from __future__ import annotations

import pytest

from chainrule.training.history import History
from chainrule.training.progress import Bar, _clock


def bar(epochs: int = 20, **series: list[float]) -> Bar:
    made = Bar(epochs)
    if series:
        made.epoch(History(samples=60_000, seconds=[2.0], **series))
        made.batch(2, 0.5, made._figures["loss"])
    return made


CLASSES = {
    "loss": [0.23541],
    "accuracy": [0.9335],
    "validation_loss": [0.21236],
    "validation_accuracy": [0.9377],
}


def test_before_the_first_epoch_is_done():
    assert bar().line(80).plain == "epoch  1/20 " + "━" * 20


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (
            140,
            "epoch  2/20 ━━━━━━━━━━━━━━━━━━━━  loss 0.2354  accuracy 93.35%  validation loss 0.2124  "
            "accuracy 93.77%  30,000 samples/s  0:00 left",
        ),
        (80, "epoch  2/20 ━━━━━━━━━━  loss 0.235 93.3%  val 0.212 93.8%  30,000/s  0:00 left"),
        (70, "epoch  2/20  loss 0.235 93.3%  val 0.212 93.8%  30,000/s  0:00 left"),
        (60, "epoch  2/20  loss 0.235 93.3%  val 0.212 93.8%  0:00 left"),
        (45, "epoch  2/20  loss 0.235 93.3%  0:00 left"),
        (25, "epoch  2/20  0:00 left"),
        (12, "epoch  2/20"),
        (5, "epoch"),
    ],
)
def test_it_says_what_there_is_room_for(width, line):
    assert bar(**CLASSES).line(width).plain == line


@pytest.mark.parametrize("epochs", [2, 20, 100_000])
def test_it_is_never_wider_than_the_terminal(epochs):
    for width in range(1, 200):
        assert bar(epochs, **CLASSES).line(width).cell_len <= width


def test_a_regression_has_no_accuracy():
    line = bar(loss=[14366.7], validation_loss=[14875.9]).line(120).plain
    assert line == (
        "epoch  2/20 ━━━━━━━━━━━━━━━━━━━━  loss 1.437e+04  validation loss 1.488e+04  30,000 samples/s  0:00 left"
    )


def test_ascii_shows_how_far_it_is():
    assert bar(2, loss=[0.5]).line(100, ascii=True).plain == (
        "epoch 2/2 ###############-----  loss 0.5  30,000 samples/s  0:00 left"
    )


def test_in_the_end_it_says_how_long_it_took():
    made = bar(1)
    made.batch(1, 1.0, 0.5)
    made.epoch(History(samples=100, loss=[0.5], seconds=[2.0]))
    assert made.line(100).plain == "epoch 1/1 ━━━━━━━━━━━━━━━━━━━━  loss 0.5  50 samples/s  in 0:00"


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (75, "1:15"), (3600 * 2 + 65, "2:01:05")])
def test_clock(seconds, text):
    assert _clock(seconds) == text
