"""chainrule play: the page's address, what it opens on, and one line for nonsense."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import numpy as np
import pytest

from chainrule import load
from chainrule.cli import play
from chainrule.cli.play import Named
from chainrule.page import server
from chainrule.page.listening import ServerAddress, listen
from page_clients import Page, framed

USUAL = {"data": None, "target": None, "kind": None, "hidden": None, "activation": None, "loss": None,
         "optimizer": None, "lr": None, "batch_size": None, "seed": 0, "data_dir": None}  # fmt: skip


def world(what=None, **options):
    """What a page that is opened with these options begins with."""
    header, _ = Named(**{"what": what, **USUAL, **options}).sessions()().handle({"id": 1, "do": "open"}, [])
    assert "error" not in header, header
    return header["world"]


@pytest.fixture
def started(monkeypatch, tmp_path):
    """The address of a server that is not started; browsers that would be opened are kept."""
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)

    def serve(make_session, *, host, port, started, report):
        with listen(host, port) as listener:
            started(ServerAddress(host, listener.getsockname()[1], "secret"))

    monkeypatch.setattr(server, "serve", serve)
    return opened


# --- what is said -----------------------------------------------------------------------------------------


def test_the_address_is_printed(chainrule, started):
    done = chainrule("play", "--no-browser", "--port", "0")
    assert (done.code, done.err) == (0, "")
    assert re.sub(r":\d+", ":N", done.out) == (
        "open the page in a browser:\nhttp://127.0.0.1:N/#token=secret\nCtrl-C ends it\n"
    )
    assert started == []


def test_the_browser_is_opened_where_there_is_a_screen(chainrule, started, monkeypatch):
    monkeypatch.setattr(play.threading, "Thread", _AtOnce)
    monkeypatch.setenv("DISPLAY", ":0")
    done = chainrule("play", "--port", "0")
    assert done.out.startswith("the page opens in the browser:\nhttp://127.0.0.1:")
    assert started == [done.out.splitlines()[1]]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a screen")
def test_and_nowhere_else(chainrule, started, monkeypatch):
    monkeypatch.setattr(play.threading, "Thread", _AtOnce)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    assert chainrule("play", "--port", "0").out.startswith("open the page in a browser:\n")
    assert started == []


class _AtOnce:
    def __init__(self, target, args, daemon):
        assert daemon
        self.start = lambda: target(*args)


def test_another_port_than_usual_is_told(chainrule, started, monkeypatch):
    monkeypatch.setattr("chainrule.page.listening.TRIED", 1)
    with listen(port=0) as free:
        at = free.getsockname()[1]
    monkeypatch.setattr("chainrule.page.listening.PORT", at)
    assert "taken" not in chainrule("play", "--no-browser").out
    monkeypatch.setattr("chainrule.page.listening.TRIED", 50)
    with listen(port=at):
        lines = chainrule("play", "--no-browser").out.splitlines()
    moved = re.fullmatch(rf"port {at} is taken, so it is (\d+)", lines[0])
    assert moved
    assert lines[2] == f"http://127.0.0.1:{moved[1]}/#token=secret"


def test_who_listens_to_others_is_warned(chainrule, started):
    done = chainrule("play", "--no-browser", "--port", "0", "--host", "0.0.0.0")
    assert done.code == 0
    assert done.err == (
        "chainrule: whoever reaches 0.0.0.0 and knows the address below can use this page, and what is sent can be "
        "read on the way. Leave --host out to keep it to this machine.\n"
    )


# --- what it opens on -------------------------------------------------------------------------------------


def test_alone_it_opens_on_the_worked_example():
    found = world()
    assert found["title"] == "2 → 3 relu → 2 softmax"
    assert found["settings"]["data"]["name"] == "worked"
    assert found["settings"]["training"]["numbers"] == {"learning_rate": 0.01}


def test_options_change_the_worked_example():
    found = world(hidden="4,5", activation="tanh", optimizer="adam", lr=0.1, seed=3)
    assert found["title"] == "2 → 4 tanh → 5 tanh → 2 softmax"
    assert found["settings"]["training"]["optimizer"] == "adam"
    assert found["settings"]["training"]["numbers"] == {"learning_rate": 0.1}
    assert found["settings"]["network"]["seed"] == found["settings"]["training"]["seed"] == 3


def test_a_generated_set_stays_one_that_can_be_changed():
    found = world("spiral", seed=2)
    assert found["settings"]["data"] | {"name": "spiral", "seed": 2} == found["settings"]["data"]
    assert found["title"] == "2 → 4 relu → 4 relu → 2 softmax"
    assert found["settings"]["training"]["optimizer"] == "adam"
    assert found["settings"]["training"]["batch"] == 32


def test_digits_have_a_wider_network():
    found = world("digits")
    assert found["title"] == "64 → 32 relu → 10 softmax"
    assert found["data"]["image"] == [8, 8]


def test_a_table_is_read_with_its_names(folder):
    found = world("iris.csv", hidden="8", batch_size=16)
    assert found["title"] == "4 → 8 relu → 3 softmax"
    assert found["data"]["features"] == ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    assert found["data"]["classes"] == ["setosa", "versicolor", "virginica"]
    assert (found["data"]["train"], found["data"]["held"]) == (120, 30)
    assert found["settings"]["training"]["batch"] == 16


def test_numbers_as_a_target_make_a_regression(folder):
    found = world("diabetes.csv", target="progress")
    assert found["data"]["classes"] is None
    assert found["title"] == "10 → 32 relu → 1 identity"


def test_a_model_comes_with_its_weights_and_names_and_is_trained_on_a_copy(folder):
    make = Named(**{"what": "model.safetensors", **USUAL, "data": "iris.csv"}).sessions()
    one, other = make(), make()
    trained = load("model.safetensors").parameters["W2"]
    for page in (one, other):
        found, _ = page.handle({"id": 1, "do": "open"}, [])
        assert found["world"]["data"]["classes"] == ["setosa", "versicolor", "virginica"]
        assert found["world"]["data"]["title"] == "iris.csv"
        assert found["view"]["held_accuracy"] >= 0.9
        one.handle({"id": 2, "do": "advance", "by": "batch", "count": 5}, [])
    assert not np.array_equal(one.world.course.model.parameters["W2"], trained)
    assert np.array_equal(other.world.course.model.parameters["W2"], trained)


def test_each_page_has_a_network_of_its_own(folder):
    make = Named(**{"what": "few.csv", **USUAL}).sessions()
    one, other = make(), make()
    header, _ = one.handle({"id": 1, "do": "advance", "by": "batch", "count": 3}, [])
    assert header["view"]["step"] == 3
    header, _ = other.handle({"id": 1, "do": "view"}, [])
    assert header["view"]["step"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["spirale"],
            "there is no data set, folder or file 'spirale'. Did you mean 'spiral'? There is: mnist, digits, blobs, "
            "moons, circles, xor, spiral. Or give the path of a table (.csv, .xlsx, ...), an .npz, an .npy, an IDX "
            "file or a folder of those.",
        ),
        (["gone.csv"], "gone.csv can't be read: No such file or directory."),
        (
            ["gone.safetensors", "--data", "iris.csv"],
            "gone.safetensors can't be read: No such file or directory.",
        ),
        (
            ["--optimizer", "lbfgs"],
            "there is no optimizer 'lbfgs'. There is: sgd, momentum, nesterov, adam, amsgrad, adamw, nadam, radam, "
            "adamax, rmsprop, adagrad, adadelta, lion.",
        ),
        (
            ["moons", "--hidden", "2000"],
            "layer 1 has 2000 units: give a whole number from 1 to 1024.",
        ),
        (
            ["model.safetensors"],
            "on which samples? Give model.safetensors the data that it is for: chainrule play model.safetensors "
            "--data DATA",
        ),
        (
            ["model.safetensors", "--data", "iris.csv", "--hidden", "4"],
            "--hidden 4: the model model.safetensors has its own; leave --hidden out.",
        ),
        (
            ["--data", "iris.csv"],
            "--data iris.csv belongs to a model: give its file too, as chainrule play model.safetensors --data "
            "iris.csv; or the data alone, as chainrule play iris.csv",
        ),
        (["--target", "a"], "--target a: it belongs to data, and none is named; leave --target out."),
        (["--data-dir", "a"], "--data-dir a: it belongs to data, and none is named; leave --data-dir out."),
        (
            ["moons", "--target", "a"],
            "moons is generated, with two classes: leave --target and --kind out.",
        ),
        (
            ["moons", "--hidden", "4,x"],
            "--hidden '4,x': it is whole numbers of at least 1, with commas between them, such as 2,4,3.",
        ),
        (["--lr", "-1"], "--lr -1.0 is out of range: it must be at least 0."),
        (
            ["--port", "99999"],
            "port 99999 is out of range: ports go up to 65535; 0 stands for any free one.",
        ),
        (
            ["--port", "-1"],
            "Invalid value for '--port': -1 is too small, it must be at least 0. See: chainrule play --help",
        ),
        (["--epochs", "3"], "--epochs 3 belongs to --save: on the page, training is a button."),
    ],
)
def test_nonsense_is_one_line(refused, started, arguments, message):
    assert refused("play", "--no-browser", *arguments) == message


def test_help_fits_is_ascii_apart_from_its_frames_and_its_examples_run(chainrule, started):
    shown = chainrule("play", "--help")
    assert shown.code == 0
    assert max(map(len, shown.out.splitlines())) <= 80
    assert {c for c in shown.out if not c.isascii()} <= set("╭╮╰╯─│")
    examples = [line.split()[1:] for line in shown.out.splitlines() if line.startswith("   chainrule play")]
    assert len(examples) == 5
    for words in examples:
        if "--save" not in words:  # which needs the engine of the offline page
            assert chainrule(*words, "--no-browser", "--port", "0").code == 0


# --- the whole, as a process ------------------------------------------------------------------------------


RUN = """
import sys
from pathlib import Path
from chainrule.cli import main
from chainrule.page import server
server.STATIC = Path(sys.argv.pop(1))
main()
"""


def test_from_the_terminal_to_ctrl_c_in_the_midst_of_a_training(tmp_path):
    """With the real session; nothing but the address is printed, and the exit code is that of all commands."""
    (tmp_path / "index.html").write_text("<!doctype html>", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(tmp_path), "play", "spiral", "--no-browser", "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={name: value for name, value in os.environ.items() if name != "CHAINRULE_DEBUG"},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline() for _ in range(3)]
        assert (lines[0], lines[2]) == ("open the page in a browser:\n", "Ctrl-C ends it\n")
        with Page(lines[1].strip()) as page:
            assert page.ask(id=1, do="open")["world"]["data"]["title"] == "spiral"
            assert page.ask(id=2, do="advance", by="batch", count=20)["view"]["step"] == 20
            assert page.ask(id=3, do="nothing")["error"]["field"] is None
            page.send(framed({"id": 4, "do": "advance", "by": "epoch", "count": 100_000}))
            process.send_signal(signal.SIGINT)
            rest, said = process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, rest, said) == (130, "", "")
