"""chainrule export: what the library writes, on standard output or in a file."""

from __future__ import annotations

import pytest

import chainrule as cr
from chainrule.export.kinds import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_it_writes_what_the_library_writes(chainrule, folder, kind):
    expected = cr.load("model.safetensors").export(kind)
    shown = chainrule("export", "model.safetensors", "--to", kind)
    assert (shown.code, shown.out, shown.err) == (0, expected, "")
    written = chainrule("export", "model.safetensors", "--to", kind, "--out", "network.txt")
    assert (written.code, written.out, written.err) == (0, "", "written to network.txt\n")
    assert (folder / "network.txt").read_text(encoding="utf-8") == expected


def test_the_help_names_every_kind(chainrule):
    text = chainrule("export", "--help").out
    assert all(f"{kind}:" in text for kind in KINDS)


def test_errors(refused):
    assert refused("export", "model.safetensors", "--to", "fortran") == (
        "there is no kind of file 'fortran'. There is: c, numpy, js, sql."
    )
    assert refused("export", "dW1", "--to", "c") == "dW1 can't be read: No such file or directory."


def test_of_python():
    net = cr.Network([2, 2])
    with pytest.raises(cr.ChainruleError) as caught:
        net.export(3)  # type: ignore[arg-type]
    assert str(caught.value) == "3 names no kind of file: give one of 'c', 'numpy', 'js', 'sql'."
