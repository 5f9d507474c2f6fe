"""What networks, traces, histories and reports show of themselves in a notebook, and the live curve of a fit."""

from __future__ import annotations

import os
import sys
import types
from typing import Any

import pytest

import chainrule as cr
from chainrule.training import live
from chainrule.training.interrupt import bar
from chainrule.utils import notebooks

X, Y = cr.data.moons(60, seed=0)


class Shell:
    """A notebook's shell as far as displays go: what was published, by its display."""

    def __init__(self) -> None:
        self.kernel, self.execution_count, self.display_pub = object(), 1, self
        self.shown: dict[str, list[dict[str, str]]] = {}
        self.updates: list[bool] = []

    def publish(self, data: dict[str, str], metadata: Any, transient: dict[str, str], update: bool) -> None:
        self.shown.setdefault(transient["display_id"], []).append(data)
        self.updates.append(update)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    found = Shell()
    module: Any = types.ModuleType("IPython")
    module.get_ipython, module.version_info = lambda: found, (9, 0, 0)  # which matplotlib asks for
    monkeypatch.setitem(sys.modules, "IPython", module)
    monkeypatch.setattr(notebooks, "_display", None)
    monkeypatch.setattr(notebooks, "_shown", None)
    monkeypatch.setattr(notebooks, "_begun", (None, 0))
    return found


def fit(epochs: int = 3, **more: Any) -> Any:
    return cr.Network([2, 4, 2]).fit(X, Y, epochs=epochs, **more)


def test_a_fit_leaves_one_still_picture_with_its_figures(shell: Shell) -> None:
    history = fit()
    ((name, shown),) = shell.shown.items()
    assert shell.updates == [False]
    assert name == "chainrule-1"
    text = f"3 epochs  loss {history.loss[-1]:.4g}  accuracy {history.accuracy[-1]:.4g}"
    assert shown[-1]["text/plain"] == text
    assert text in shown[-1]["text/html"]
    assert "<svg" in shown[-1]["text/html"]
    assert len(shown[-1]["text/html"]) < 30_000


def test_it_is_drawn_while_training_runs_and_not_too_often(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PAUSE", 0.0)
    monkeypatch.setattr(live, "PATIENCE", 0.0)
    fit(4, callbacks=[lambda run: None])
    assert len(shell.updates) >= 5
    assert shell.updates[0] is False
    assert all(shell.updates[1:])
    assert shell.shown["chainrule-1"][0]["text/plain"].startswith("epoch 1/4")
    shell.execution_count = 2
    monkeypatch.setattr(live, "PAUSE", 3600.0)
    fit(4)
    assert len(shell.shown["chainrule-2"]) == 1


def test_many_trainings_in_a_cell_share_an_output(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PAUSE", 3600.0)
    for _ in range(3):
        fit()
    assert list(shell.shown) == ["chainrule-1"]
    assert shell.updates == [False, True, True]
    first, _, third = (each["text/plain"] for each in shell.shown["chainrule-1"])
    assert first.startswith("3 epochs  loss ")
    assert third.startswith("training 3 in this cell: 3 epochs  loss ")
    assert "training 3 in this cell: 3 epochs" in shell.shown["chainrule-1"][-1]["text/html"]


def compare(**more: Any) -> Any:
    return cr.compare([2, 3, 2], X, Y, optimizers=["sgd:0.1", "adam"], epochs=2, **more)


def test_a_comparison_names_what_runs_and_ends_with_the_curves_of_all(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PAUSE", 3600.0)
    found = compare()
    (shown,) = shell.shown.values()
    sgd, adam, end = (each["text/plain"] for each in shown)
    assert sgd.startswith("sgd:0.1: 2 epochs  loss ")
    assert adam.startswith("adam: 2 epochs  loss ")
    assert end == "the curves of sgd:0.1, adam"
    assert "sgd:0.1" in shown[-1]["text/html"]
    assert "epochs" not in shown[-1]["text/html"]
    assert "<svg" not in found._repr_html_()  # below its curves, in the same cell
    shell.execution_count = 2
    assert "<svg" in found._repr_html_()
    fit()
    assert shell.shown["chainrule-2"][-1]["text/plain"].startswith("3 epochs")


def test_a_quiet_comparison_leaves_what_is_shown(shell: Shell) -> None:
    fit()
    assert "<svg" in compare(progress=False)._repr_html_()
    assert len(shell.shown["chainrule-1"]) == 1


def test_the_history_is_not_drawn_again_in_the_cell_that_drew_it(shell: Shell) -> None:
    history = fit()
    assert "<svg" not in history._repr_html_()
    shell.execution_count = 2
    assert "<svg" in history._repr_html_()
    assert "<svg" in cr.History(loss=[1.0, 0.5])._repr_html_()


def test_nothing_is_shown_where_it_is_not_wanted(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    fit(progress=False)
    assert shell.shown == {}
    del shell.kernel  # IPython in a terminal
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    fit()
    assert shell.shown == {}
    assert type(bar(True, 3, 0)).__name__ == "_Quiet"


def test_a_training_that_breaks_off_leaves_what_there_is(shell: Shell) -> None:
    def fail(run: cr.Run) -> None:
        if run.epoch == 2:
            raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        fit(5, callbacks=[fail])
    assert shell.shown["chainrule-1"][-1]["text/plain"].startswith("2 epochs  loss ")


def test_everything_shows_itself() -> None:
    net = cr.Network([2, 4, 2])
    history = net.fit(X, Y, epochs=2, progress=False)
    trace, found = net.trace(X, Y), net.evaluate(X, Y)
    compared = cr.compare([2, 3, 2], X, Y, optimizers=["sgd", "adam"], epochs=2, progress=False)
    both = cr.Ensemble([net, cr.Network([2, 4, 2], seed=1)])
    for item, text, pictures in (
        (both, f"{both!r}\nnetwork 0 of 2:", 1),
        (net, str(net), 1),
        (history, str(history), 1),
        (trace, repr(trace), 1),
        (found, str(found), 2),
        (compared, str(compared), 1),
        (net.diagnose(X, Y, epochs=1, trials=False), None, 0),
    ):
        html = item._repr_html_()
        assert html.count("<svg") == pictures
        if text is not None:
            import html as escaping

            assert html.startswith(f'<pre style="margin: 0; overflow-x: auto">{escaping.escape(text)}</pre>')


def test_in_a_kernel(tmp_path: Any) -> None:
    nbformat = pytest.importorskip("nbformat", reason="needs nbformat, nbclient and ipykernel")
    from nbclient import NotebookClient

    cells = [
        "import chainrule as cr\nX, y = cr.data.moons(60, seed=0)\nnet = cr.Network([2, 4, 2])",
        "for _ in range(2):\n    history = net.fit(X, y, epochs=3)",
        "history",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute(
        cwd=str(tmp_path), env=dict(os.environ)
    )
    first, fitted, shown = (cell.outputs for cell in notebook.cells)
    assert first == []
    (still,) = fitted  # that survives in the file, once
    assert still.output_type == "display_data"
    assert still.data["text/plain"].startswith("training 2 in this cell: 3 epochs  loss ")
    assert "<svg" in still.data["text/html"]
    assert "<svg" in shown[0].data["text/html"]
    assert len(nbformat.writes(notebook)) < 60_000
