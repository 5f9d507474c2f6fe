"""Build the wheel and the source distribution, install each in a fresh environment, and use what is installed.

    python scripts/packages.py

The first one is installed with its dependencies; the second one beside them, without. Each must have every file of the
package, and run the worked example, a training, an export and the command line. About two minutes; it needs the
package index, as any installation does.
"""

from __future__ import annotations

import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from environments import ROOT, environment, install, run

SMOKE = """
import importlib.metadata, pathlib, subprocess, sys
import chainrule as cr

place = pathlib.Path(cr.__file__).parent
assert place.is_relative_to(sys.prefix), f"{place} is not what was installed"
assert importlib.metadata.version("chainrule") == cr.__version__
net = cr.worked_example()
assert round(net.loss(net.x, net.y), 6) == 1.944402
net.fit(net.x, net.y, optimizer=cr.SGD(0.01), progress=False)
assert round(net.loss(net.x, net.y), 6) == 1.863869
assert "1.863869" in str(cr.worked_example().trace(net.x, net.y, "sgd").explain())
net.save("net.safetensors")
(X, y), _ = cr.data.load("digits")
small = cr.Network([64, 16, 10])
small.fit(X, y, epochs=3, batch_size=32, progress=False)
assert small.classify(X[:50]).shape == (50,)
for kind in ("c", "numpy", "js", "sql"):
    assert "Written by chainrule." in net.export(kind)


def said(*command):
    program = pathlib.Path(sys.executable).with_name("chainrule")
    done = subprocess.run([program, *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


assert said("--version") == f"chainrule {cr.__version__}\\n"
assert "1.944402" in said("explain")
assert "network_predict" in said("export", "net.safetensors", "--to", "c")
assert "W1" in said("info", "net.safetensors")
print("installed and used:", place)
"""


def main() -> None:
    """Build, install, use."""
    source = ROOT / "src"
    found = (path for path in (source / "chainrule").rglob("*") if path.is_file())
    wanted = {path.relative_to(source).as_posix() for path in found if path.parent.name != "__pycache__"}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        run(sys.executable, "-m", "build", "--outdir", home, ROOT)
        (wheel,), (tarball,) = home.glob("*.whl"), home.glob("*.tar.gz")
        with zipfile.ZipFile(wheel) as archive:
            check(wheel, wanted, set(archive.namelist()))
        with tarfile.open(tarball) as tar:
            check(tarball, wanted, {name.partition("/src/")[2] for name in tar.getnames() if "/src/" in name})
        first, second = home / "first", home / "second"
        python = environment(first)
        install(python, wheel)
        use(python, home)
        other = environment(second)
        beside(second, first)
        install(other, "--no-deps", "--ignore-installed", tarball)
        use(other, home)


def check(package: Path, wanted: set[str], found: set[str]) -> None:
    """Raise where a package lacks a file: the page's assets, py.typed, schemas and data among them."""
    if missing := wanted - found:
        raise SystemExit(f"{package.name} lacks {', '.join(sorted(missing))}")


def beside(place: Path, other: Path) -> None:
    """Let an environment find another one's packages behind its own: the same dependencies once more take a minute."""
    (own,), (theirs,) = (sorted(at.glob("lib*/**/site-packages"))[:1] for at in (place, other))
    (own / "beside.pth").write_text(f"{theirs}\n", encoding="utf-8")


def use(python: str, home: Path) -> None:
    """Run the installed package from a folder that has nothing of its source."""
    print(run(python, "-I", "-c", SMOKE, cwd=home).strip())


if __name__ == "__main__":
    main()
