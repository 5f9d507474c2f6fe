"""chainrule export: what the library writes, on standard output or in a file."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.export.kinds import KINDS

TEXTS = [kind for kind in KINDS if isinstance(cr.Network([2, 2]).export(kind), str)]


@pytest.mark.parametrize("kind", TEXTS)
def test_it_writes_what_the_library_writes(chainrule, folder, kind):
    expected = cr.load("model.safetensors").export(kind)
    written = chainrule("export", "model.safetensors", "--to", kind, "--out", "network.txt")
    assert (written.code, written.out, written.err) == (0, "", "written to network.txt\n")
    content = (folder / "network.txt").read_bytes()
    assert content == (expected if isinstance(expected, bytes) else expected.encode())
    if isinstance(expected, str):
        shown = chainrule("export", "model.safetensors", "--to", kind)
        assert (shown.code, shown.out, shown.err) == (0, expected, "")
    told = chainrule("info", "network.txt")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith(f"{KINDS[kind].title}, written by chainrule\n")
    assert "setosa" in told.out


def test_weights_beside_the_file(chainrule, folder):
    made = chainrule(
        "export", "model.safetensors", "--to", "numpy", "--weights", "w.npz", "--out", "network.py"
    )
    assert (made.code, made.err) == (0, "written to network.py\n")
    with np.load(folder / "w.npz") as weights:
        np.testing.assert_array_equal(weights["W1"], cr.load("model.safetensors").parameters["W1"])


@pytest.mark.parametrize("kind", sorted(set(KINDS) - set(TEXTS)))
def test_what_is_no_text_goes_to_a_file(chainrule, folder, kind):
    expected = cr.load("model.safetensors").export(kind)
    written = chainrule("export", "model.safetensors", "--to", kind, "--out", "network")
    assert (written.code, written.out, written.err) == (0, "", "written to network\n")
    assert (folder / "network").read_bytes() == expected


def test_the_help_names_every_kind(chainrule):
    text = chainrule("export", "--help").out
    assert all(f"{kind}:" in text for kind in KINDS)


def test_errors(refused):
    assert refused("export", "model.safetensors", "--to", "fortran") == (
        "there is no kind of file 'fortran'. There is: c, numpy, js, sql, excel, onnx."
    )
    assert refused("export", "dW1", "--to", "c") == "dW1 can't be read: No such file or directory."


def test_of_python():
    net = cr.Network([2, 2])
    with pytest.raises(cr.ChainruleError) as caught:
        net.export(3)  # type: ignore[arg-type]
    assert (
        str(caught.value)
        == "3 names no kind of file: give one of 'c', 'numpy', 'js', 'sql', 'excel', 'onnx'."
    )
