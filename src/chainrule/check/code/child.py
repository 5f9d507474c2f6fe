"""The process in which a program is recorded: it runs the program, rewritten, and leaves what was taken down."""

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import json
import os
import random
import signal
import sys
import types
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from chainrule.check.code import limits, source, standins
from chainrule.check.code.recorder import Recorder
from chainrule.check.code.rewrite import RECORDER, Place, rewritten


class Recording:
    """A program that is being recorded.

    Parameters
    ----------
    task : file, seconds, run (code that is run after the program), x and y, out (the folder for what is found)
    """

    def __init__(self, task: dict[str, Any]) -> None:
        self.task = task
        self.path = Path(task["file"]).resolve()
        self.files: list[str] = []
        self.places: list[Place] = []
        self._open = builtins.open  # before files are put aside
        self.recorder = Recorder(self.places, lambda: self.end("enough"))

    def end(self, status: str, message: str = "", line: int = 0) -> NoReturn:
        """Leave what was taken down, and the process, whatever it is doing."""
        for timer in (signal.ITIMER_REAL, signal.ITIMER_PROF):
            signal.setitimer(timer, 0)
        taken, out = self.recorder, Path(self.task["out"])
        told = {
            "status": status, "message": message, "line": line, "files": self.files, "places": self.places,
            "events": taken.events, "shapes": [np.shape(value) for value in taken.values], "kinds": taken.kinds,
        }  # fmt: skip
        numbers = [np.ravel(value) for value in taken.values]
        with self._open(out / "values.npy", "wb") as file:
            np.save(file, np.concatenate(numbers) if numbers else np.zeros(0), allow_pickle=False)
        with self._open(out / "told.json", "w", encoding="utf-8") as file:
            json.dump(told, file)
        os._exit(0)

    def code(self, path: Path, text: str | None = None) -> Any:
        """The rewritten code of a file."""
        text = source.read(path) if text is None else text
        self.files.append(str(path))
        return rewritten(text, str(path), len(self.files) - 1, self.places)

    def run(self) -> None:
        """Run the program, and then the code that was asked for."""
        setattr(builtins, RECORDER, self.recorder)
        sys.meta_path.insert(0, _Neighbours(self))
        main = types.ModuleType("__main__")
        main.__file__ = str(self.path)
        sys.modules["__main__"] = main
        sys.argv = [str(self.path)]
        exec(self.code(self.path), main.__dict__)
        if self.task.get("run"):
            for name in ("x", "y"):
                if self.task.get(name) is not None:
                    main.__dict__[name] = np.array(self.task[name])
            exec(self.code(Path("--run"), self.task["run"]), main.__dict__)

    def line_of(self, error: BaseException) -> int:
        """The last line of the program's own that an error came through."""
        line, trace = 0, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == str(self.path):
                line = trace.tb_lineno
            trace = trace.tb_next
        return line


class _Neighbours(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Modules that lie beside the program are recorded, too."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        place = self._recording.path.parent.joinpath(*name.split("."))
        for file, package in ((place / "__init__.py", True), (place.with_suffix(".py"), False)):
            if file.is_file():
                spec = importlib.machinery.ModuleSpec(name, self, origin=str(file), is_package=package)
                spec.submodule_search_locations = [str(place)] if package else None
                spec.has_location = True
                return spec
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        spec = module.__spec__
        assert spec is not None
        assert spec.origin is not None
        exec(self._recording.code(Path(spec.origin)), module.__dict__)


def _same_chance() -> None:
    """The same random numbers each time, where the program leaves them to chance."""
    random.seed(0)
    np.random.seed(0)
    drawn = np.random.default_rng
    np.random.default_rng = lambda seed=None: drawn(0 if seed is None else seed)


def _prepared(recording: Recording) -> None:
    task = recording.task
    for number, timer, most in (
        (signal.SIGPROF, signal.ITIMER_PROF, task["seconds"]),
        (signal.SIGALRM, signal.ITIMER_REAL, 3 * task["seconds"]),
    ):
        signal.signal(number, lambda *_: recording.end("time"))
        signal.setitimer(timer, most)
    sys.dont_write_bytecode = True
    sys.path[0] = str(recording.path.parent)
    os.chdir(recording.path.parent)
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    sys.setrecursionlimit(5000)
    limits.limit(task["seconds"])
    _same_chance()
    standins.put_up()


def main() -> None:
    """Record the program of the task in the file that the first argument names."""
    recording = Recording(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    _prepared(recording)
    limits.fence(Path(recording.task["out"]) / "written", Path(recording.task["out"]))
    try:
        recording.run()
    except SystemExit:
        pass
    except SyntaxError as error:
        recording.end("syntax", error.msg, error.lineno or 0)
    except limits.Asked as error:
        recording.end("input", str(error), recording.line_of(error))
    except MemoryError:
        recording.end("memory")
    except BaseException as error:
        kind = type(error).__name__
        recording.end(kind, f"{error}".partition("\n")[0], recording.line_of(error))
    recording.end("ended")
