"""The scripts that try the project with other versions and on other machines."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from loaded import ROOT, script

HERE = "{}.{}".format(*sys.version_info[:2])


@pytest.fixture(autouse=True)
def _beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripts import what they share from their own folder, as they do when they are run."""
    monkeypatch.syspath_prepend(ROOT / "scripts")


@pytest.fixture
def pythons(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script, where no Python is found but those that a test puts into an empty PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return script("scripts/pythons.py")


def put(path: Path, says: str, code: int = 0) -> str:
    """A command that prints something and ends, as an interpreter that is asked for its version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_extras_that_name_extras_are_followed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environments = script("scripts/environments.py")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["numpy>=2.0"]\n[project.optional-dependencies]\nfast = ["llvmlite>=0.45"]\n'
        'page = ["uvicorn>=1"]\ntest = ["chainrule[fast,page]", "pytest>=8"]\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    assert environments.requirements("test") == ["numpy>=2.0", "llvmlite>=0.45", "uvicorn>=1", "pytest>=8"]
    assert environments.requirements() == ["numpy>=2.0"]


def test_of_two_lower_bounds_the_higher_one_holds() -> None:
    lowest = script("scripts/lowest.py").lowest
    assert lowest(["numpy>=2.0", "sklearn>=1.5", "sklearn>=1.10", "sklearn>=1.7", "torch==2.13.0"]) == [
        "numpy==2.0", "sklearn==1.10", "torch==2.13.0",
    ]  # fmt: skip


def test_every_requirement_of_the_project_has_a_lower_bound() -> None:
    lowest, environments = script("scripts/lowest.py"), script("scripts/environments.py")
    pins = lowest.lowest(environments.requirements("test"))
    assert len(pins) > 30
    assert all(pin.count("==") == 1 for pin in pins)


def test_an_interpreter_is_found_by_version_command_or_path(pythons: ModuleType, tmp_path: Path) -> None:
    command = put(tmp_path / "python3.77", "3.77")
    elsewhere = put(tmp_path / "elsewhere" / "python", "3.78")
    assert pythons.found("3.77") == pythons.found("python3.77") == command
    assert pythons.found(elsewhere) == elsewhere
    assert pythons.found(sys.executable) == sys.executable
    assert pythons.told(sys.executable) == HERE


def test_a_command_that_does_not_run_is_passed_over_for_pyenvs_own(
    pythons: ModuleType, tmp_path: Path
) -> None:
    put(tmp_path / "python3.77", "", code=127)  # as pyenv's for a version that is not chosen
    assert pythons.found("3.77") is None
    kept = put(tmp_path / "pyenv" / "versions" / "3.77.2" / "bin" / "python", "3.77")
    assert pythons.found("3.77") == kept


def test_an_interpreter_of_another_version_is_none(pythons: ModuleType, tmp_path: Path) -> None:
    put(tmp_path / "python3.77", "3.76")
    assert pythons.found("3.77") is None


def test_what_is_not_here_is_named_with_ways_to_get_it(
    pythons: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONS", "3.77 nonsense")
    assert pythons.main() == 1
    assert capsys.readouterr().out == (
        "3.77: not here; any of these brings it: uv python install 3.77, pyenv install 3.77, apt install "
        "python3.77-venv\n"
        "nonsense: not here: no command and no file of that name runs as a Python\n"
    )


@pytest.mark.parametrize(
    ("asked", "here", "codes", "ended"),
    [
        ("", {"3.1", "3.2"}, [0, 0], 0),
        ("", {"3.1"}, [0], 0),  # of those that nobody named, one may be missing
        ("", set(), [], 1),  # but not all
        ("3.1 3.2", {"3.1"}, [0], 1),  # and none that is asked for
        ("3.1 3.2", {"3.1", "3.2"}, [0, 1], 1),
        ("", {"3.1", "3.2"}, [1, 0], 1),
    ],
)
def test_how_it_ends(
    pythons: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    asked: str,
    here: set[str],
    codes: list[int],
    ended: int,
) -> None:
    monkeypatch.setenv("PYTHONS", asked)
    monkeypatch.setattr(pythons, "KNOWN", ("3.1", "3.2", HERE))
    monkeypatch.setattr(pythons, "found", lambda name: name if name in here else None)
    monkeypatch.setattr(pythons, "told", lambda python: python)
    monkeypatch.setattr(pythons, "environment", lambda place, python: str(place))
    monkeypatch.setattr(pythons, "install", lambda *what: None)
    tested = iter(codes)
    monkeypatch.setattr(pythons, "test", lambda *arguments: next(tested))
    assert pythons.main() == ended
    assert list(tested) == []


def test_an_arm_needs_no_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    arm = script("scripts/arm.py")
    monkeypatch.setattr(arm.platform, "machine", lambda: "aarch64")
    with pytest.raises(SystemExit) as caught:
        arm.main()
    assert str(caught.value) == "This machine is a 64-bit ARM itself: make test tries it."


def test_without_debians_packages_it_is_said_where_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arm = script("scripts/arm.py")
    monkeypatch.setattr(arm.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(arm, "PLACE", tmp_path / "arm")
    monkeypatch.setattr(arm, "READY", tmp_path / "arm" / "ready")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit) as caught:
        arm.main()
    assert str(caught.value) == (
        "make arm takes an emulator and a Python for ARM from Debian's packages, and there is no apt-get here: run it "
        "on Debian or Ubuntu, in a container of it for example."
    )
