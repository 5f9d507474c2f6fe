"""The printed table."""

from __future__ import annotations

from typing import Any

from compared import assert_whole, cells, compare


def test_the_whole_table() -> None:
    found = compare(optimizers=["sgd", "adam:0.02"])
    sgd, adam = found
    goal = found.goal()
    seconds = [f"{sum(trial.history.seconds):.2f}" for trial in found]
    reached = [row["epochs to goal"] for row in found.rows()]

    def figures(trial: Any) -> str:
        a, b = trial.result, trial.validation_result
        return (
            f"{a['loss']:.4f}  {a['accuracy']:8.2%}      {b['loss']:.4f}  {b['accuracy']:8.2%}  "
            f"{b['loss'] - a['loss']:+.4f}"
        )

    lines = str(found).splitlines()
    assert lines[:3] == [
        "2 → 8 relu → 6 relu → 2 softmax   cross-entropy",
        "same start, same batches (seed 0)   4 epochs of 120 samples, 16 at a time",
        "",
    ]
    assert lines[3].split() == ["training", "validation", "epochs"]
    assert lines[4].split() == [
        *["optimizer", "rate", "loss", "accuracy", "loss", "accuracy", "gap", "to", f"{goal:g}", "seconds"]
    ]
    for line, trial, rate, epochs, taken in zip(
        lines[5:7], found, ("0.01", "0.02"), reached, seconds, strict=True
    ):
        shown = [trial.name, rate, *figures(trial).split(), "-" if epochs is None else str(epochs), taken]
        assert line.split() == shown
    assert lines[7:] == [
        "",
        "rate: the learning rate.",
        "loss and accuracy: after the training, over all samples, as for predictions.",
        "gap: loss in validation - loss in training.",
        f"epochs to {goal:g}: that loss in training, which at least half of them reach.",
    ]
    assert (sgd.name, adam.name) == ("sgd", "adam:0.02")
    assert repr(found) == str(found)


def test_without_validation_there_is_no_gap() -> None:
    found = compare(activations=["relu", "tanh"], validation_data=None)
    assert not found.validated
    assert "gap" not in str(found)
    assert set(found.rows()[0]) == {
        "activation", "loss", "accuracy", "epochs to goal", "epochs", "seconds", "diverged",
    }  # fmt: skip
    assert str(found).startswith("2 → 8 → 6 → 2 softmax   cross-entropy   Adam(0.001)\n")
    assert_whole(found)


def test_headings_do_not_run_into_each_other() -> None:
    found = compare(losses=["cross_entropy", "focal"])
    heading = next(line for line in str(found).splitlines() if "training" in line)
    assert heading.split() == ["training", "validation", "epochs"]


def test_numbers_have_the_digits_that_suit_their_kind() -> None:
    found = compare(optimizers=["sgd", "adam", "lion"])
    for trial, loss, held in zip(found, (0.5, 1e-7, 2e8), (0.5, 0.0, 0.123456), strict=True):
        trial.result["loss"], trial.validation_result["loss"] = loss, held
    shown = [(row[2], row[4], row[6]) for row in cells(found)]
    assert shown == [
        ("0.5000", "0.5000", "+0.0000"),
        ("1.0e-07", "0.0000", "+0.0000"),
        ("2.0e+08", "0.1235", "-2.0e+08"),
    ]
