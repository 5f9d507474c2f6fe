"""What a system or a user may give besides samples: names of files, ~, absurd numbers, places that can't be written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

UNJUDGED = ("--test", "0", "--validation", "0")  # no evaluation, for which scikit-learn takes long to import
RUN = "from chainrule.cli import main; main()"
LONG = "x" * 300
HUGE = "99999999999999999999999"
TOO_LONG = "File name too long"


def ran(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, with these variables; an empty one is not there."""
    found = {name: value for name, value in {**os.environ, **more}.items() if value != ""}
    return subprocess.run(
        [sys.executable, "-c", RUN, *words], capture_output=True, text=True, env=found, timeout=120
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["explain", "--out", f"{LONG}.html"], f"{LONG}.html can't be written: {TOO_LONG}."),
        (["explain", "--out", f"{LONG}/a.html"], f"{LONG}/a.html can't be written: {TOO_LONG}."),
        (["train", "few.csv", "--plots", LONG], f"{LONG} can't be made: {TOO_LONG}. Give the name of a folder."),
        (["play", "--save", f"{LONG}.html"], f"{LONG}.html can't be written: {TOO_LONG}."),
        (["course", LONG], f"{LONG} can't be made: {TOO_LONG}."),
        (["course", "--solutions", LONG], f"{LONG} can't be made: {TOO_LONG}."),
        (["export", "model.safetensors", "--to", "c", "--out", f"{LONG}.c"], f"{LONG}.c can't be written: {TOO_LONG}."),
        (["train", f"{LONG}.csv"], f"{LONG}.csv can't be read: {TOO_LONG}."),
        (["info", LONG], f"{LONG} can't be read: {TOO_LONG}."),
        (["check", f"{LONG}.py"], f"{LONG}.py is not there: give the path of a script or a notebook."),
        (["check", f"{LONG}.npz"], f"{LONG}.npz is not there: give the path of an .npz or a .json file."),
        (["grade", "--exercise", f"{LONG}.json", "few.csv"], f"{LONG}.json can't be read: {TOO_LONG}."),
        (["train", "--config", f"{LONG}.toml"], f"{LONG}.toml can't be read: {TOO_LONG}."),
        (["train", "mnist", "--data-dir", LONG],
         f"there is no folder {LONG}. Name one that holds MNIST's files, or none."),
    ],
)  # fmt: skip
def test_a_name_that_no_system_takes(refused, words, message):
    assert refused(*words) == message


def test_a_name_that_no_system_takes_is_refused_before_the_training(chainrule):
    result = chainrule("train", "few.csv", "--checkpoint", LONG)
    assert (result.code, result.err) == (2, f"chainrule: {LONG} can't be made: {TOO_LONG}.\n")
    result = chainrule("train", "few.csv", "--out", f"{LONG}.safetensors")
    assert (result.code, result.err) == (2, f"chainrule: {LONG}.safetensors can't be written: {TOO_LONG}.\n")
    assert "epoch" not in result.out


def test_a_word_that_is_no_data_set_nor_any_name(refused):
    said = refused("train", LONG)
    assert said.startswith(f"there is no data set, folder or file '{LONG[:199]}…. There is: ")


def test_home_is_meant_by_its_sign_in_every_path(chainrule, folder, monkeypatch):
    home = folder / "home"
    (home / "sub").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    (home / "few.csv").write_bytes((folder / "few.csv").read_bytes())
    words = [
        "--epochs",
        "1",
        "--quiet",
        "--out",
        "~/m.safetensors",
        "--plots",
        "~/pictures",
        "--log",
        "~/log.csv",
    ]
    assert chainrule("train", "~/few.csv", *words).code == 0
    assert chainrule("info", "~/m.safetensors").code == 0
    assert chainrule("predict", "~/m.safetensors", "~/few.csv", "--out", "~/sub/p.csv").code == 0
    assert chainrule("explain", "--out", "~/page.html").code == 0
    files = (path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())
    found = {name for name in files if not name.startswith(".")}  # but for matplotlib's own
    assert found == {
        "few.csv", "log.csv", "m.safetensors", "m.toml", "page.html", "sub/p.csv",
        "pictures/network.png", "pictures/curves.png", "pictures/boundary.png",
    }  # fmt: skip
    assert not (folder / "~").exists()


def test_a_home_that_is_not_there(refused, chainrule, folder, monkeypatch):
    """~nobody's is the system's to know; an unknown user's is a folder of that name."""
    said = refused("train", "~no_such_user/x.csv")
    assert said == "~no_such_user/x.csv can't be read: No such file or directory."
    said = refused("explain", "--out", "~no_such_user/x.html")
    place = Path("~no_such_user").absolute()
    assert said == f"~no_such_user/x.html can't be written: there is no folder {place}. Make it first."
    monkeypatch.setenv("CHAINRULE_DATA", "~no_such_user/x")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    assert "this is a bug" not in chainrule("train", "mnist").err
    assert ran("explain", "dW1", HOME="").returncode == 0


TOO_MANY = "the network would have {} weights, which this machine's memory can't hold: take fewer units."


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train", "few.csv", "--hidden", "4611686018427387905"], TOO_MANY.format("18,446,744,073,709,551,620")),
        (["train", "few.csv", "--hidden", HUGE], TOO_MANY.format("399,999,999,999,999,999,999,996")),
        (["diagnose", "few.csv", "--hidden", HUGE], TOO_MANY.format("399,999,999,999,999,999,999,996")),
        (["explain", "--layers", f"2,{HUGE},2"], TOO_MANY.format("399,999,999,999,999,999,999,996")),
        (["explain", "--layers", "2,1000000000000,2"], TOO_MANY.format("4,000,000,000,000")),
        (["exercise", "--batch", HUGE], f"batch = {HUGE} is out of range: it must be at most 6."),
        (["exercise", "--series", HUGE], f"series = {HUGE} is out of range: it must be at most 1000."),
        (["explain", "--step", HUGE],
         f"Invalid value for '--step': {HUGE} is too large, it must be at most 1000000. See: chainrule explain --help"),
        (["train", "few.csv", "--seeds", HUGE],
         f"Invalid value for '--seeds': {HUGE} is too large, it must be at most 1000. See: chainrule train --help"),
        (["explain", "--digits", HUGE], f"--digits {HUGE} is out of range: it must be 1 to 15."),
        (["why", "dW1", "0", HUGE], f"dW1 has the shape (2, 3): there is no entry [0, {HUGE}]."),
        (["play", "--port", HUGE, "--no-browser"],
         f"port {HUGE} is out of range: ports go up to 65535; 0 stands for any free one."),
    ],
)  # fmt: skip
def test_absurd_numbers_ask_for_no_memory(refused, words, message):
    said = refused(*words)
    assert said.removeprefix("--diagnose ") == message


@pytest.mark.parametrize("option", ["--batch-size", "--seed", "--warmup"])
def test_absurd_numbers_that_mean_something(chainrule, option):
    assert chainrule("train", "few.csv", "--epochs", "1", option, HUGE).code == 0


def test_a_terminal_of_absurd_width():
    done = ran("--help", COLUMNS=HUGE)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.some(1)
@pytest.mark.parametrize(("first", "second"), [("$x_1", r"\frac"), ("$a_b^c$", r"$\frac{$"), ("{", "%#&~$")])
def test_names_that_are_no_tex(chainrule, folder, first, second):
    rows = "".join(f"{i % 7},{i % 5},{'$y_' if i % 2 else '$^{$'}\n" for i in range(40))
    (folder / "tex.csv").write_text(f"{first},{second},$t_\n{rows}")
    words = ["--epochs", "1", "--quiet", "--plots", "pictures", "--out", "tex.safetensors"]
    assert chainrule("train", "tex.csv", *words).code == 0
    result = chainrule("evaluate", "tex.safetensors", "tex.csv", "--plots", "pictures")
    assert (result.code, result.err.splitlines()[0]) == (0, "all 40 samples of tex.csv")


def test_a_nonsense_backend_of_matplotlib(folder):
    words = ["train", "few.csv", "--epochs", "1", "--quiet", "--plots", "pictures", *UNJUDGED]
    done = ran(*words, MPLBACKEND="nonsense", CHAINRULE_CACHE="/proc/nowhere")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("picture: pictures/boundary.png\n")


@pytest.mark.parametrize("place", ["/proc", "/no/such/folder"])
def test_no_place_for_temporary_files(folder, place):
    """Not for what is trained and saved; nor for the cache of compiled code."""
    words = [
        "--epochs",
        "3",
        *UNJUDGED,
        "--quiet",
        "--out",
        "n.safetensors",
        "--checkpoint",
        "run",
        "--engine",
        "compiled",
    ]
    done = ran("train", "iris.csv", *words, TMPDIR=place, CHAINRULE_CACHE=f"{place}/cache")
    assert (done.returncode, done.stderr) == (0, "")
    assert Path("n.safetensors").exists()


def test_a_program_needs_a_place_for_temporary_files(chainrule, folder, monkeypatch):
    import tempfile

    def nowhere() -> list[str]:
        return ["/proc"]

    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", nowhere)
    monkeypatch.setattr(tempfile, "tempdir", None)
    (folder / "mine.py").write_text("x = 0.5\n")
    result = chainrule("check", "mine.py")
    assert (result.code, result.out, result.err) == (
        2, "", "chainrule: no folder for temporary files can be written: name one with the variable TMPDIR.\n",
    )  # fmt: skip
