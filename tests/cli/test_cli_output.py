"""Terminals, pipes, ASCII, full disks: in processes of their own, as a user runs them."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.cli import output
from chainrule.cli.output import plain_if_needed

COMMAND = Path(sys.executable).parent / "chainrule"
TIMEOUT = 60

pytestmark = pytest.mark.skipif(not COMMAND.exists(), reason=f"needs the installed command {COMMAND}")


def environment(**changes: str) -> dict[str, str]:
    dropped = (
        "COLUMNS",
        "FORCE_COLOR",
        "NO_COLOR",
        "PYTHONIOENCODING",
        "CHAINRULE_DEBUG",
        "LC_ALL",
        "PYTHONUTF8",
    )
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "LANG": "C.UTF-8", "TERM": "xterm-256color", **changes}


def piped(*words: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *words], capture_output=True, encoding="utf-8", env=environment(**changes), timeout=TIMEOUT
    )


class Terminal:
    """A terminal of so many columns, with a command in it."""

    def __init__(self, columns: int, *words: str, **changes: str) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.process = subprocess.Popen(
            [COMMAND, *words], stdin=slave, stdout=slave, stderr=slave, env=environment(**changes),
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.shown = ""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        content = b""
        while True:
            try:
                part = os.read(self.master, 4096)
            except OSError:  # what Linux says when the other end is closed
                break
            if not part:
                break
            content += part
            self.shown = content.decode("utf-8", "replace")

    def wait_for(self, pattern: str) -> None:
        end = time.monotonic() + TIMEOUT
        while not re.search(pattern, self.text()):
            assert time.monotonic() < end, self.shown
            time.sleep(0.02)

    def text(self) -> str:
        """What was shown, without colours and movements of the cursor."""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.shown).replace("\r\n", "\n")

    def end(self) -> int:
        try:
            return self.process.wait(TIMEOUT)
        finally:
            self.process.kill()
            self.process.wait()
            self._reader.join()
            os.close(self.master)


UNJUDGED = ["--test", "0", "--validation", "0"]  # no evaluation, for which scikit-learn takes long to import
TRAIN = ["train", "iris.csv", *UNJUDGED, "--hidden", "64", "--batch-size", "10", "--epochs"]


@pytest.mark.some(1)
@pytest.mark.parametrize("columns", [60, 80, 200])
def test_the_progress_bar_fits_the_terminal(folder, columns):
    terminal = Terminal(columns, "train", "digits", *TRAIN[-5:], "4")
    assert terminal.end() == 0
    bars = re.findall(r"epoch [^\r\n]*", terminal.text())
    assert len(bars) >= 2
    assert max(map(len, bars)) <= columns
    last = bars[-1].rstrip()
    assert last.startswith("epoch 4/4  loss " if columns == 60 else "epoch 4/4 ━━━━━")
    wide = r"loss [\d.e-]+  accuracy [\d.]+%  validation loss [\d.e-]+  accuracy [\d.]+%  [\d,]+ samples/s  in \d:\d\d"
    middle = r"loss [\d.e-]+ [\d.]+%  val [\d.e-]+ [\d.]+%  [\d,]+/s  in \d:\d\d"
    narrow = r"loss [\d.e-]+ [\d.]+%.*  in \d:\d\d"
    assert re.search({60: narrow, 80: middle, 200: wide}[columns] + "$", last)
    assert terminal.shown.count("epoch ") == len(bars)


def test_there_is_no_progress_bar_in_a_pipe_nor_when_quiet(folder):
    result = piped(*TRAIN, "1")
    assert (result.returncode, result.stderr) == (0, "")
    assert "━" not in result.stdout
    assert "\x1b" not in result.stdout
    terminal = Terminal(80, *TRAIN, "1", "--quiet")
    assert terminal.end() == 0
    assert "━" not in terminal.shown
    assert "1 epoch of 150 samples" in terminal.text()


def test_ctrl_c_keeps_and_saves_what_was_trained(folder):
    terminal = Terminal(100, *TRAIN, "100000", "--out", "m.safetensors", "--plots", "pictures")
    terminal.wait_for(r"epoch +\d{3,}/100000 ")
    os.killpg(terminal.process.pid, signal.SIGINT)
    assert terminal.end() == 130  # long before its hours are over
    text = terminal.text()
    assert re.search(
        r"\nstopped by Ctrl-C (in|after) epoch \d+ of 100000: the network is kept as it stands\n", text
    )
    assert "saved to m.safetensors\n" in text
    assert "picture: pictures/curves.png\n" in text
    assert "Traceback" not in text
    X, y = cr.data.load("iris.csv").train
    assert (cr.load("m.safetensors").classify(X) == y).mean() > 0.5


def test_a_page_in_a_terminal_has_headings_and_its_width(folder):
    net = cr.worked_example()
    page = net.trace(net.x, net.y, cr.SGD(0.01)).explain("dW1")
    for columns in (60, 120):
        terminal = Terminal(columns, "explain", "dW1")
        assert terminal.end() == 0
        assert terminal.text() == page.to_text(width=columns) + "\n"
        assert "\x1b[1mBACKWARD" in terminal.shown


def test_no_colour_where_none_is_wanted(folder):
    terminal = Terminal(80, "explain", "dW1", NO_COLOR="1", TERM="dumb")
    assert terminal.end() == 0
    assert "\x1b" not in terminal.shown


def test_plain_ascii_where_nothing_else_can_be_shown(folder):
    net = cr.worked_example()
    trace = net.trace(net.x, net.y, cr.SGD(0.01))
    pages = {
        ("explain", "dW1"): trace.explain("dW1").to_text(ascii=True),
        ("why", "dW1", "0", "1"): trace.why("dW1[0, 1]").to_text(ascii=True),
    }
    for words, page in pages.items():
        result = piped(*words, PYTHONIOENCODING="ascii")
        assert (result.returncode, result.stderr, result.stdout) == (0, "", page + "\n")
        assert result.stdout.isascii()


@pytest.mark.some(1)
@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["explain", "--help"],
        ["explain"],
        ["explain", "--format", "markdown"],
        ["explain", "--format", "html"],
        ["explain", "--format", "json"],
        ["explain", "--data", "iris.csv", "--layers", "4,3,3", "--sample", "0:20"],
        ["train", "iris.csv", "--epochs", "1"],
        ["info", "model.safetensors"],
    ],
)
def test_everything_can_be_said_in_ascii(folder, words):
    result = piped(*words, PYTHONIOENCODING="ascii")
    assert result.returncode == 0
    assert result.stdout.isascii()
    assert result.stderr.isascii()
    assert "Traceback" not in result.stderr


def test_an_ascii_page_of_html_or_json_is_the_same_page(folder):
    import html
    import json

    shown = {
        format: piped("explain", "--format", format, PYTHONIOENCODING="ascii").stdout
        for format in ("html", "json")
    }
    net = cr.worked_example()
    page = net.trace(net.x, net.y, cr.SGD(0.01)).explain()
    assert json.loads(shown["json"]) == page.to_dict()
    assert html.unescape(shown["html"]).rstrip() == html.unescape(page.to_html()).rstrip()


def test_foreign_letters_in_names_are_not_lost_in_ascii(chainrule, folder):
    (folder / "orte.csv").write_text("größe,ort\n" + "1,Köln\n2,Łódź\n" * 5, encoding="utf-8")
    assert chainrule("train", "orte.csv", "--epochs", "1", "--out", "o.safetensors").code == 0
    assert "  classes: Köln, Łódź\n" in piped("info", "o.safetensors").stdout
    ascii = piped("predict", "o.safetensors", "orte.csv", PYTHONIOENCODING="ascii").stdout
    assert ascii.startswith("row,ort,probability,p(K\\xf6ln),p(\\u0141\\xf3d\\u017a)\n")
    assert piped("predict", "o.safetensors", "orte.csv").stdout.startswith(
        "row,ort,probability,p(Köln),p(Łódź)\n"
    )


def test_a_reader_that_has_seen_enough_makes_no_noise(folder):
    train = ["train", "iris.csv", *UNJUDGED, "--epochs", "1", "--out", "m.safetensors"]
    for words in (["explain"], ["--help"], train):
        for unbuffered in ("", "1"):
            process = subprocess.Popen(
                [COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env=environment(PYTHONUNBUFFERED=unbuffered),
            )  # fmt: skip
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            with process.stderr:
                assert process.stderr.read() == b""
            assert process.wait(TIMEOUT) == 0
    assert cr.load("m.safetensors").inputs == 4  # trained and saved, though nobody read on


@pytest.mark.some(1)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", [["explain"], ["--help"], ["info", "model.safetensors"]])
def test_a_full_disk_is_one_line(folder, words):
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [COMMAND, *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            timeout=TIMEOUT,
        )
    assert result.returncode == 2
    assert result.stderr == "chainrule: the output can't be written: No space left on device.\n"


@pytest.mark.some(1)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("words", "code"), [(["explain"], 0), (["info", "nothing.safetensors"], 2), (["nonsense"], 2)]
)
def test_where_errors_cant_be_written_the_exit_code_tells(folder, words, code):
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [COMMAND, *words],
            stdout=subprocess.PIPE,
            stderr=full,
            text=True,
            env=environment(),
            timeout=TIMEOUT,
        )
    assert result.returncode == code
    assert ("BACKWARD" in result.stdout) == (code == 0)


@pytest.mark.some(1)
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_streams_that_are_closed(folder, closed):
    result = subprocess.run(
        f"'{COMMAND}' explain dW1 {closed}", shell=True, capture_output=True, text=True, env=environment(),
        timeout=TIMEOUT,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, "")
    assert ("dW1" in result.stdout) == (closed != ">&-")


def test_errors_go_to_stderr_with_their_exit_code(folder):
    result = piped("explain", "model.safetensor")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "chainrule: model.safetensor can't be read: No such file or directory.\n"


def test_train_info_explain_why_predict_as_a_user_runs_them(folder):
    words = ["--hidden", "8", "--standardize", "--epochs", "5", "--out", "m.safetensors"]
    assert piped("train", "iris.csv", *UNJUDGED, *words).returncode == 0
    assert "classes: setosa, versicolor, virginica" in piped("info", "m.safetensors").stdout
    sample = ["--data", "iris.csv", "--sample", "3"]
    explained = piped("explain", "m.safetensors", "dW1", *sample)
    assert explained.stderr == "sample 3 of iris.csv: species setosa\n"
    derived = piped("why", "m.safetensors", "dW1", "0", "1", *sample, "--depth", "0").stdout
    value = derived.split()[3]
    # W1 has 4 rows and 8 columns: the first three columns are shown
    assert re.search(rf"⎡ *\S+ +{re.escape(value)} ", explained.stdout)
    assert piped("predict", "m.safetensors", "new.csv").stdout.count("\n") == 6


class Stream:
    def __init__(self, encoding: str | None) -> None:
        self.encoding = encoding


@pytest.mark.parametrize(
    ("encoding", "text", "expected"),
    [
        ("utf-8", "η → é", "η → é"),
        ("latin-1", "é", "é"),
        ("latin-1", "é → 1", "\\xe9 -> 1"),
        ("ascii", "a\xa0b", "a b"),
        (None, "Σ", "sum"),
        ("no such encoding", "Σ", "sum"),
    ],
)
def test_plain_if_needed(encoding, text, expected):
    assert plain_if_needed(text, Stream(encoding)) == expected


def test_names_that_a_terminal_would_obey_are_written_out(capsys):
    name = "\x1b[2Jno\x07\u202eyes\x9b"
    shown = "\\x1b[2Jno\\x07\\u202eyes\\x9b"
    output.note(f"a {name}\tb")
    assert capsys.readouterr().err == f"a {shown}\tb\n"
    output.show(name)  # in a pipe it is data
    assert capsys.readouterr().out == f"{name}\n"
    assert output.harmless(name) == shown


def test_a_terminal_is_shown_names_and_obeys_none(folder):
    cr.Network([2, 3, 2], features=["\x1b[31mRED", "\x1b]0;title\x07"]).save("named.safetensors")
    terminal = Terminal(80, "info", "named.safetensors")
    assert terminal.end() == 0
    assert "\x1b[31m" not in terminal.shown
    assert "\x1b]" not in terminal.shown
    assert "  features: \\x1b[31mRED, \\x1b]0;title\\x07" in terminal.shown.replace("\r\n", "\n")
