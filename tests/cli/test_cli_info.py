from __future__ import annotations

import chainrule as cr


def test_layers_parameters_names(chainrule):
    result = chainrule("info", "model.safetensors")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    network = str(cr.load("model.safetensors")).splitlines()
    assert lines[: len(network)] == network
    rest = lines[len(network) :]
    assert [line.split()[0] for line in rest] == [
        "W1", "b1", "W2", "b2", "features:", "classes:", "target:", "kind:",
    ]  # fmt: skip
    assert rest[4:] == [
        "  features: sepal_length, sepal_width, petal_length, petal_width",
        "  classes: setosa, versicolor, virginica",
        "  target: species",
        "  kind: classification",
    ]


def test_many_names_are_shortened(chainrule):
    chainrule("train", "digits", "--epochs", "1", "--out", "digits.safetensors")
    out = chainrule("info", "digits.safetensors").out
    assert "  classes: 0, 1, 2, 3, 4, 5, 6, 7, … (10)\n" in out
    assert "pixel_0_7, … (64)\n" in out


def test_what_trains_here(chainrule, monkeypatch):
    import dataclasses

    from chainrule.compiler import about, jit
    from chainrule.errors import MissingPackage

    machine = jit.Target("zen9", "+avx2", 32, 16, True, True)
    monkeypatch.setattr(about, "processors", lambda: 2)
    monkeypatch.setattr(about, "host", lambda: machine)
    version = ".".join(map(str, jit.llvm().llvm_version_info))
    engine = f"engine     compiled, by LLVM {version}, where a run is long enough to repay it; else numpy\n"
    registers = "registers  16 of 32 bytes; products and sums in one instruction\n"
    assert chainrule("info", "--engine").out == f"{engine}processor  zen9; 2 processors\n{registers}"
    monkeypatch.setattr(about, "host", lambda: dataclasses.replace(machine, cpu="generic"))
    assert chainrule("info", "--engine").out == (
        f"{engine}processor  LLVM knows no name for it: steps are compiled for what it says that it has; "
        f"2 processors\n{registers}"
    )

    def lacking():
        raise MissingPackage("llvmlite", "The compiled engine")

    monkeypatch.setattr(about, "llvm", lacking)
    assert chainrule("info", "--engine").out == (
        "engine     numpy: The compiled engine needs the package llvmlite. Install it with: pip install llvmlite\n"
        "processor  2 processors\n"
    )
