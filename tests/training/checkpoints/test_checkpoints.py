"""Checkpoints: what is kept and where, from what a training goes on, and what is refused with nothing lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from broken_off import HELD, TRAININGS, X, Y, forked, hasty

import chainrule as cr
from callbacks_at_work import exactly
from chainrule.errors import CheckpointWarning, FileError, InputError, KindError
from chainrule.files.safetensors import checksum, read_tensors, tensors
from chainrule.training.checkpoints import content, keeper, lock
from processes import ended


def network(**how: Any) -> cr.Network:
    return cr.Network([16, 6, 2], **how)


def fit(folder: Any, net: cr.Network | None = None, **how: Any) -> tuple[cr.Network, Any]:
    net = net or network()
    given: dict[str, Any] = {
        "epochs": 4,
        "batch_size": 20,
        "optimizer": cr.Adam(0.01),
        "checkpoint": folder,
        **how,
    }
    return net, net.fit(how.pop("X", X), given.pop("y", Y), **{k: v for k, v in given.items() if k != "X"})


class Press(cr.Callback):
    """Ctrl-C, or the end of the process, right after a step."""

    def __init__(self, step: int, number: int = signal.SIGINT) -> None:
        self._at = step, number

    def batch(self, run: cr.Run) -> None:
        if run.step == self._at[0]:
            signal.raise_signal(self._at[1])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- going on -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TRAININGS)
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_five_epochs_and_five_more_are_ten(name: str, engine: str, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    if name == "scheduled":
        TRAININGS[name](engine, tmp_path / "a" / "run", 5)
        with pytest.raises(InputError, match=exactly(
            f"epochs = 10, with 5 in {tmp_path / 'a' / 'run'}, makes a training longer, and Cosine(0.02, warmup=10.0) "
            "goes to its end, of which the steps so far were taken by another one: give the schedule steps=… of all "
            "epochs together, from the first fit on."
        )):  # fmt: skip
            TRAININGS[name](engine, tmp_path / "a" / "run", 10, resume=True)
        return
    whole = TRAININGS[name](engine, tmp_path / "b" / "run", 10)
    for epochs in (5, 5, 10, 10):  # a second time there is nothing left to do, with the same result
        found = TRAININGS[name](engine, tmp_path / "a" / "run", epochs, resume=True)
    assert found == whole


@pytest.mark.parametrize("step", [1, 4, 7, 19, 20])
def test_ctrl_c_leaves_a_checkpoint_after_that_step(step: int, tmp_path: Path) -> None:
    whole, _ = fit(None, callbacks=[Press(0)])
    _, history = fit(tmp_path / "run", callbacks=[Press(step)])
    assert history.interrupted == (step < 19)
    assert (
        names(tmp_path / "run")[-1] == f"step-{min(step + 1, 20):012}.safetensors"
    )  # the one that is running ends
    again, history = fit(tmp_path / "run", callbacks=[Press(0)], resume=True)
    assert not history.interrupted
    assert again.parameters.flat.tobytes() == whole.parameters.flat.tobytes()
    assert (history.stopped, history.epochs) == ("", 4)


def test_the_same_objects_go_on_too(tmp_path: Path) -> None:
    """In a notebook, say: a rate that has fallen, and weights that are further on than the checkpoint."""

    def callbacks(step: int) -> list[Any]:
        return [cr.ReduceOnPlateau(monitor=lambda run: 0.0, mode="min", patience=0), Press(step)]

    optimizer = cr.Momentum(0.1)
    net, _ = fit(tmp_path / "run", optimizer=optimizer, callbacks=callbacks(12))
    assert optimizer.learning_rate < 0.1
    fit(tmp_path / "run", net, optimizer=optimizer, callbacks=callbacks(0), resume=True)
    other = cr.Momentum(0.1)
    whole, _ = fit(None, optimizer=other, callbacks=callbacks(0))
    assert net.parameters.flat.tobytes() == whole.parameters.flat.tobytes()
    assert optimizer.learning_rate == other.learning_rate


def test_a_training_without_a_seed_goes_on_with_its_own_chance(tmp_path: Path) -> None:
    first, _ = fit(tmp_path / "run", seed=None)
    again, _ = fit(tmp_path / "run", seed=None, resume=True)
    assert again.parameters.flat.tobytes() == first.parameters.flat.tobytes()
    fit(tmp_path / "run", seed=None, resume=True, epochs=6)
    with pytest.raises(InputError, match="seed: none then, 0 now"):
        fit(tmp_path / "run", resume=True, epochs=6)


def test_the_chosen_engine_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, history = fit(tmp_path / "run", engine="auto")
    monkeypatch.setattr("chainrule.training.engine_choice.COMPILE_THRESHOLD_S", 0)
    _, fresh = fit(None, engine="auto", epochs=6)
    _, longer = fit(tmp_path / "run", engine="auto", epochs=6, resume=True)
    assert (history.engine, fresh.engine, longer.engine) == ("numpy", "compiled", "numpy")
    assert longer.why == history.why
    with pytest.raises(InputError, match=exactly(
        f"engine = 'compiled', and the steps in {tmp_path / 'run'} were taken with engine = 'numpy', whose last "
        "bits are others: leave it out, or give that."
    )):  # fmt: skip
        fit(tmp_path / "run", engine="compiled", resume=True)


def test_an_engine_that_could_not_be_had_may_be_asked_for_again(tmp_path: Path) -> None:
    """Threads, say, of a run that was too short to be compiled."""
    whole, _ = fit(None, engine="numpy", epochs=6)
    for epochs in (4, 6):
        net, history = fit(tmp_path / "run", engine="auto", threads=2, epochs=epochs, resume=True)
    assert (history.engine, history.threads) == ("numpy", 0)
    assert net.parameters.flat.tobytes() == whole.parameters.flat.tobytes()


def test_an_array_of_a_callback_stays_the_one_that_others_hold(tmp_path: Path) -> None:
    class Sums(cr.Callback):
        def __init__(self) -> None:
            self.sums = np.zeros(2)
            self.view = self.sums[:1]

        def epoch(self, run: cr.Run) -> None:
            self.sums += 1

    fit(tmp_path / "run", callbacks=[Sums()])
    again = Sums()
    fit(tmp_path / "run", callbacks=[again], epochs=6, resume=True)
    assert (again.sums.tolist(), again.view.tolist()) == ([6, 6], [6])


def test_a_stopped_training_has_ended(tmp_path: Path) -> None:
    stopping = [cr.EarlyStopping(patience=1, monitor=lambda run: run.epoch % 3, mode="max")]
    net, history = fit(tmp_path / "run", epochs=9, callbacks=stopping)
    assert (history.epochs, history.restored) == (3, 2)
    for epochs in (9, 20):
        again, told = fit(tmp_path / "run", epochs=epochs, callbacks=stopping, resume=True)
        assert again.parameters.flat.tobytes() == net.parameters.flat.tobytes()
        assert vars(told) == vars(history)


def test_what_would_have_stopped_it_at_its_last_step_does(tmp_path: Path) -> None:
    """`run.stop` after the last step has nothing to stop; with more epochs it has."""

    def stop() -> cr.EarlyStopping:
        return cr.EarlyStopping(patience=2, monitor=lambda run: -run.epoch, mode="max", restore_best=False)

    fit(tmp_path / "run", epochs=3, callbacks=[stop()])
    _, history = fit(tmp_path / "run", epochs=9, callbacks=[stop()], resume=True)
    _, whole = fit(None, epochs=9, callbacks=[stop()])
    assert (history.loss, history.stopped) == (whole.loss, whole.stopped)
    assert history.epochs == 3


def test_a_callback_of_ones_own_says_what_it_remembers(tmp_path: Path) -> None:
    class Words(cr.Callback):
        def start(self, run: cr.Run) -> None:
            self.words: set[str] = set()
            self.started = run.step

        def epoch(self, run: cr.Run) -> None:
            self.words.add(f"epoch {run.epoch}")

        def remembered(self) -> dict[str, Any]:
            return {"words": sorted(self.words)}

        def resume(self, run: cr.Run, remembered: dict[str, Any]) -> None:
            self.words = set(remembered["words"])

    fit(tmp_path / "run", callbacks=[Words()])
    callback = Words()
    fit(tmp_path / "run", callbacks=[callback], epochs=6, resume=True)
    assert callback.words == {f"epoch {i}" for i in range(1, 7)}
    assert callback.started == 20

    class Wrong(cr.Callback):
        def remembered(self) -> dict[str, Any]:
            return {"words": {1}}

    with pytest.raises(KindError, match=exactly(
        "callbacks.0 holds {1}, which is no plain value: give numbers, texts, None, and lists, tuples, dicts and "
        "arrays of them."
    )):  # fmt: skip
        fit(tmp_path / "other", callbacks=[Wrong()])


# --- the folder ---------------------------------------------------------------------------------------------


def test_the_newest_two_are_kept_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hasty(monkeypatch)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".0123456789abcdef0123456789abcdef.tmp").write_bytes(b"half")
    (tmp_path / "run" / "notes.txt").write_text("mine")
    fit(tmp_path / "run")
    last = [f"step-{step:012}.safetensors" for step in (19, 20)]
    assert names(tmp_path / "run") == [".lock", "notes.txt", *last]


def test_few_are_written_of_a_short_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the beginning and at the end; between them by the clock, and the longer one takes the rarer."""
    fit(tmp_path / "run")
    assert names(tmp_path / "run") == [
        ".lock",
        "step-000000000000.safetensors",
        "step-000000000020.safetensors",
    ]
    assert keeper.SECONDS * keeper.SHARE > 100


def test_a_folder_that_holds_another_training_is_left_alone(tmp_path: Path) -> None:
    fit(tmp_path / "run", callbacks=[Press(6)])
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").glob("step-*")}
    with pytest.raises(InputError, match=exactly(
        f"{tmp_path / 'run'} holds the checkpoint of a training, after step 7, in epoch 2 of 4: give resume=True to "
        "go on with it, or another folder."
    )):  # fmt: skip
        fit(tmp_path / "run")
    assert {path.name: path.read_bytes() for path in (tmp_path / "run").glob("step-*")} == before


OTHERS: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "layers": (lambda: {"net": cr.Network([16, 7, 2])}, "the network: 16 → 6 relu → 2 softmax, float64 then, "
               "16 → 7 relu → 2 softmax, float64 now; the parameters: "),
    "activation": (lambda: {"net": network(hidden="tanh")}, "the rules of a step are others"),
    "own": (lambda: {"net": network(hidden=lambda z: z * z)}, "the rules of a step are others"),
    "loss": (lambda: {"net": network(loss=cr.CrossEntropy(label_smoothing=0.1))}, "the loss: "),
    "dtype": (lambda: {"net": network(dtype="float32")}, ", float32 now"),
    "penalty": (lambda: {"net": network(penalty="l2")}, "the penalty: none then, L2("),
    "frozen": (lambda: {"net": network().freeze("W1")}, "frozen: none then, W1 now"),
    "optimizer": (lambda: {"optimizer": cr.Adam(0.02)}, "learning_rate=0.02"),
    "batch": (lambda: {"batch_size": 30}, "samples a step: 20 then, 30 now"),
    "seed": (lambda: {"seed": 1}, "seed: 0 then, 1 now"),
    "shuffle": (lambda: {"shuffle": False}, "shuffle: True then, False now"),
    "transform": (lambda: {"transform": cr.data.Augment((4, 4), shift=1)}, "transform: none then, Augment("),
    "fewer": (lambda: {"X": X[:80], "y": Y[:80]}, "X: 90 × 16 float64 then, 80 × 16 float64 now"),
    "entry": (lambda: {"X": X + 1e-9 * (np.arange(X.size) == 700).reshape(X.shape)}, "the numbers in X are others"),
    "label": (lambda: {"y": np.where(np.arange(90) == 41, 1 - Y, Y)}, "the numbers in y are others"),
    "weight": (lambda: {"sample_weight": np.ones(90)}, "sample weights: none then, 90 float64 now"),
    "validation": (lambda: {"validation_data": HELD}, "the history's series: loss, accuracy then, "),
    "callbacks": (lambda: {"callbacks": [cr.CSVLog(os.devnull)]}, "callbacks: none then, CSVLog now"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_another_training_is_refused(name: str, tmp_path: Path) -> None:
    fit(tmp_path / "run")
    before = names(tmp_path / "run")
    make, said = OTHERS[name]
    with pytest.raises(InputError) as caught:
        fit(tmp_path / "run", **make(), resume=True)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'run'} holds the checkpoint of another training. ")
    assert message.endswith(" Give what it was trained with, or another folder.")
    assert said in message
    assert names(tmp_path / "run") == before


def test_fewer_epochs_than_there_are_are_refused(tmp_path: Path) -> None:
    fit(tmp_path / "run")
    with pytest.raises(InputError, match=exactly(
        f"epochs = 3, and the training in {tmp_path / 'run'} is after epoch 4 of 4: epochs counts from its beginning, "
        "so give more."
    )):  # fmt: skip
        fit(tmp_path / "run", epochs=3, resume=True)


def changed(path: Path, **document: Any) -> None:
    """Write a checkpoint with something else in its description."""
    texts, arrays = read_tensors(path, "", content.KEY)
    text = json.dumps({**json.loads(texts[content.KEY]), **document})
    path.write_bytes(tensors({content.KEY: text, "sha256": checksum(text, arrays)}, arrays))


def test_another_version_is_refused(tmp_path: Path) -> None:
    fit(tmp_path / "run")
    path = tmp_path / "run" / "step-000000000020.safetensors"
    changed(path, version="0.0.9")
    with pytest.raises(InputError, match=exactly(
        f"{path} was written by chainrule 0.0.9, and this is {cr.__version__}, whose steps may differ: go on with that "
        "version (pip install chainrule==0.0.9), or begin anew in another folder."
    )):  # fmt: skip
        fit(tmp_path / "run", resume=True)


def test_other_packages_are_warned_of(tmp_path: Path) -> None:
    fit(tmp_path / "run")
    changed(tmp_path / "run" / "step-000000000020.safetensors", made_by={"NumPy": "1.0"})
    with pytest.warns(CheckpointWarning, match=exactly(
        f"the steps in {tmp_path / 'run'} were taken on another machine, or with other packages, so the last bits of "
        f"those that come may be others than they would have been. NumPy: 1.0 then, {np.__version__} now."
    )):  # fmt: skip
        fit(tmp_path / "run", epochs=6, resume=True)


def test_the_one_before_a_damaged_one_is_taken(tmp_path: Path) -> None:
    whole, _ = fit(tmp_path / "run")
    first, last = sorted((tmp_path / "run").glob("step-*"))
    good = last.read_bytes()
    for damage in (
        good[:-1] + bytes([good[-1] ^ 1]),
        good[:200],
        b"",
        b"text",
        good.replace(b"Adam", b"adam", 1),
    ):
        last.write_bytes(damage)
        with pytest.warns(CheckpointWarning, match=r"The one before it is taken, of step 0\.$"):
            again, _ = fit(tmp_path / "run", resume=True)
        assert again.parameters.flat.tobytes() == whole.parameters.flat.tobytes()
        assert last.read_bytes() != damage  # written anew
    last.write_bytes(b"")
    first.write_bytes(b"")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CheckpointWarning)
        with pytest.raises(
            FileError, match=exactly(f"{first} is empty. It is no checkpoint that can be gone on with.")
        ):
            fit(tmp_path / "run", resume=True)


def test_a_file_of_something_else_is_none(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    path = tmp_path / "run" / "step-000000000003.safetensors"
    network().save(path)
    with pytest.raises(FileError, match=exactly(
        f"{path} is a safetensors file of something else, and no checkpoint."
    )):  # fmt: skip
        fit(tmp_path / "run", resume=True)


# --- disks --------------------------------------------------------------------------------------------------


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("mine")
    with pytest.raises(FileError, match=exactly(
        f"{tmp_path / 'run'} is a file, and checkpoints need a folder: give another name."
    )):  # fmt: skip
        fit(tmp_path / "run")
    with pytest.raises(KindError, match=r"^3\.5 is no path: "):
        fit(3.5)


def test_a_full_disk_ends_the_training_and_the_last_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty(monkeypatch)
    whole, _ = fit(None)
    fsync, count = os.fsync, [0]

    def full(file: int) -> None:
        count[0] += 1
        if count[0] > 15:  # two for each, of the file and of the folder
            raise OSError(28, "No space left on device")
        fsync(file)

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(
            FileError, match=r"step-000000000008\.safetensors can't be written: No space left on device"
        ):
            fit(tmp_path / "run")
    assert names(tmp_path / "run") == [".lock", *(f"step-{step:012}.safetensors" for step in (6, 7))]
    again, _ = fit(tmp_path / "run", resume=True)
    assert again.parameters.flat.tobytes() == whole.parameters.flat.tobytes()


def test_a_folder_that_can_t_be_written_is_told_before_the_first_step(tmp_path: Path) -> None:
    told = []
    with pytest.raises(FileError, match=r"^/proc/self/fdinfo can't be written to: .+\.$"):
        fit("/proc/self/fdinfo", callbacks=[told.append])
    assert told == []


# --- others -------------------------------------------------------------------------------------------------


def test_two_trainings_on_one_folder(tmp_path: Path) -> None:
    message = exactly(
        f"{tmp_path / 'run'} is in use by another training (process {os.getpid()}): wait until it has ended, or give "
        "another folder."
    )
    said: list[str] = []

    def refused() -> None:
        with pytest.raises(InputError, match=message):
            fit(tmp_path / "run", resume=True)
        said.append("in a thread")

    def other(run: cr.Run) -> None:
        if run.epoch == 2:
            with pytest.raises(InputError, match=message) as caught:
                fit(tmp_path / "run", resume=True)
            said.append(str(caught.value))
            child = forked(lambda: fit(tmp_path / "run", resume=True), tmp_path / "said")
            assert ended(child) == 1
            said.append((tmp_path / "said").read_text())
            thread = threading.Thread(target=refused)
            thread.start()
            thread.join()

    fit(tmp_path / "run", callbacks=[other])
    assert said[0] in said[1]
    assert said[2:] == ["in a thread"]
    fit(tmp_path / "run", callbacks=[other], resume=True)  # it is free again


def test_a_child_does_not_keep_the_folder(tmp_path: Path) -> None:
    children: list[int] = []

    def fork(run: cr.Run) -> None:
        if run.epoch == 2:
            children.append(forked(lambda: signal.pause(), tmp_path / "said"))

    fit(tmp_path / "run", callbacks=[fork])
    fit(tmp_path / "run", callbacks=[fork], resume=True)
    os.kill(children[0], signal.SIGKILL)
    assert ended(children[0]) == -signal.SIGKILL


def test_a_child_that_has_not_let_go_yet_keeps_it_no_longer_than_its_parent(tmp_path: Path) -> None:
    with lock.locked(tmp_path):
        (file,) = lock._held
        childs = os.dup(file)  # the same open file, as a child has it
    with lock.locked(tmp_path):
        pass
    os.close(childs)


def test_nothing_is_left_open(tmp_path: Path) -> None:
    def opened() -> int:
        return len(os.listdir("/proc/self/fd"))

    fit(tmp_path / "run")
    before, handler = opened(), signal.getsignal(signal.SIGTERM)
    for epochs in range(5, 10):
        fit(tmp_path / "run", resume=True, epochs=epochs)
    with pytest.raises(InputError):
        fit(tmp_path / "run")
    assert opened() == before
    assert signal.getsignal(signal.SIGTERM) == handler
    assert threading.active_count() == len(threading.enumerate())


def test_sigterm_leaves_a_checkpoint_and_ends_the_process(tmp_path: Path) -> None:
    child = forked(lambda: fit(tmp_path / "run", callbacks=[Press(6, signal.SIGTERM)]), tmp_path / "said")
    assert ended(child) == -signal.SIGTERM
    assert names(tmp_path / "run")[-1] == "step-000000000007.safetensors"
    whole, _ = fit(None, callbacks=[Press(0)])
    again, _ = fit(tmp_path / "run", callbacks=[Press(0)], resume=True)
    assert again.parameters.flat.tobytes() == whole.parameters.flat.tobytes()


# --- what can't last ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"optimizer": cr.LBFGS(), "batch_size": None}, "LBFGS begins anew at each fit, without the steps of an "
         "earlier one, so there is no place to go on from: leave checkpoint out, or take another optimizer."),
        ({"order": lambda: np.arange(90)}, "checkpoint has the orders of the samples go on, and order is a function "
         "of your own, which knows alone where it stands: leave one of them out."),
        ({"resume": True, "go_on": True}, "resume = True goes on from a checkpoint, and go_on = True with the last fit "
         "of this network: give one of them."),
        ({"checkpoint": None, "resume": True}, "resume = True goes on from a checkpoint: say where they are, as "
         "in checkpoint='run/'."),
    ],
)  # fmt: skip
def test_what_can_t_be_gone_on_with(how: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=exactly(message)):
        fit(how.pop("checkpoint", tmp_path / "run"), **how)
    assert not list(tmp_path.rglob("step-*"))


def test_large_arrays_and_those_on_disk_are_compared_by_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = np.random.default_rng(0).standard_normal((5000, 16)).astype(np.float32)
    np.save(tmp_path / "X.npy", large)
    y = (large[:, 0] > 0).astype(int)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r+")
    fit(tmp_path / "run", X=mapped, y=y, batch_size=1000)
    mapped[1] += 1  # no row that is looked at: one in four is, from the first on
    fit(tmp_path / "run", X=mapped, y=y, batch_size=1000, resume=True)
    mapped[8] += 1
    with pytest.raises(InputError, match="the numbers in X are others"):
        fit(tmp_path / "run", X=mapped, y=y, batch_size=1000, resume=True)


def test_a_light_import_stays_light() -> None:
    code = "import sys, chainrule as cr; cr.Network([2, 2]).fit([[0, 1]], [1], progress=False); print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not [name for name in found if name.startswith("chainrule.training.checkpoints")]
