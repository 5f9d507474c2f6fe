"""Names of strangers reach no terminal as orders, whichever command prints them; bad cells are quoted shortened."""

from __future__ import annotations

import os
import sys

import pytest

import chainrule as cr
from chainrule.cli import output

ORDER = "\x1b]0;title\x07"
SHOWN = "\\x1b]0;title\\x07"


@pytest.fixture
def strange(folder, monkeypatch):
    """A model whose names a terminal would obey, samples of it, and a standard output that is a terminal."""
    features, classes = [f"a{ORDER}", "b\x1b[2J"], [f"no{ORDER}", "yes\x9b"]
    net = cr.Network([2, 3, 2], features=features, classes=classes)
    net.metadata = {"target": f"t{ORDER}", "kind": "classification", f"note{ORDER}": ORDER}
    net.save("strange.safetensors")
    rows = "".join(f"{i % 3},{i % 5},{classes[i % 2]}\n" for i in range(20))
    (folder / "strange.csv").write_text(f"{features[0]},{features[1]},t{ORDER}\n{rows}", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ["info", "strange.safetensors"],
        ["explain", "strange.safetensors", "--data", "strange.csv", "--sample", "3"],
        ["why", "strange.safetensors", "dW1", "0", "1", "--data", "strange.csv", "--sample", "3"],
        ["predict", "strange.safetensors", "strange.csv"],
        ["evaluate", "strange.safetensors", "strange.csv"],
        ["train", "strange.csv", "--epochs", "1", "--quiet"],
        ["compare", "--data", "strange.csv", "--optimizers", "sgd,adam", "--epochs", "1"],
        ["diagnose", "strange.csv", "--epochs", "1", "--no-trials"],
        ["info", f"nope{ORDER}.safetensors"],
        ["train", f"nope{ORDER}"],
    ],
)
def test_no_order_reaches_a_terminal(chainrule, strange, monkeypatch, words):
    import sys

    monkeypatch.setattr(
        "rich.console.Console.is_terminal", False
    )  # no colours of our own among what is looked at
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda self: True)
    result = chainrule(*words)
    assert result.code in (0, 1, 2)
    for said in (result.out, result.err):
        assert ORDER not in said
        assert not set("\x1b\x07\x9b") & set(said)
    assert SHOWN in result.out + result.err or words[0] in ("why", "compare", "diagnose")
    assert output.harmless(ORDER) == SHOWN


def test_a_bad_cell_is_quoted_shortened(refused, folder):
    long = "x" * 5000
    (folder / "bad.csv").write_text("a,b,t\n" + "1,2,3.5\n" * 20 + f"1,{long},2.5\n")
    said = refused("train", "bad.csv", "--numeric", "b", "--kind", "regression", "--target", f"{long}")
    assert len(said) < 6000
    (folder / "bad.npz").write_bytes(long.encode())
    assert len(refused("train", "bad.npz")) < 500


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes on Linux alone")
def test_names_of_files_in_another_encoding(chainrule, folder):
    """All is done; only a file of options, which is UTF-8, can't hold such a name, and so is not written."""
    rows = "".join(f"{i % 3},{i % 5},{'ab'[i % 2]}\n" for i in range(20))
    (folder / "plain.csv").write_text(f"x,y,k\n{rows}", encoding="utf-8")
    latin = os.fsdecode(b"caf\xe9")
    (folder / f"{latin}.csv").write_text(f"x,y,k\n{rows}", encoding="utf-8")
    for data, out in ((f"{latin}.csv", "plain"), ("plain.csv", latin)):
        result = chainrule("train", data, "--epochs", "1", "--quiet", "--out", f"{out}.safetensors")
        assert (result.code, result.err) == (0, "")
        assert "repeat it" not in result.out
        assert (folder / f"{out}.safetensors").exists()
        assert not (folder / f"{out}.toml").exists()
    assert chainrule("predict", f"{latin}.safetensors", f"{latin}.csv").code == 0
    result = chainrule("play", f"{latin}.csv", "--save", "page.html")
    assert (result.code, result.out, result.err) == (0, "", "written to page.html\n")
    assert "caf\N{REPLACEMENT CHARACTER}" in (folder / "page.html").read_text(encoding="utf-8")
