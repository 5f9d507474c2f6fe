"""Stand-ins for what only shows: pictures and bars of progress, which a recorded program doesn't need."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

PICTURES = {"matplotlib", "seaborn", "plotly", "pylab", "IPython", "bokeh", "graphviz", "networkx", "pygame",
            "turtle", "imageio", "mpl_toolkits", "prettytable", "tabulate", "termcolor", "colorama"}  # fmt: skip
BARS = {"tqdm", "alive_progress"}


class Nothing:
    """Answers everything with itself."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Nothing()

    def __call__(self, *_: Any, **__: Any) -> Any:
        return Nothing()

    def __getitem__(self, _: Any) -> Any:
        return Nothing()

    def __setitem__(self, _: Any, __: Any) -> None: ...

    def __iter__(self) -> Iterator[Any]:
        return iter((Nothing(), Nothing()))  # fig, ax = plt.subplots()

    def __len__(self) -> int:
        return 2

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: Any) -> None: ...

    def __array_priority__(self) -> float:
        return 0.0


class _Module(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Nothing()


class _Bar(Nothing):
    """What it is given, one by one."""

    def __init__(self, values: Any = (), *_: Any, **__: Any) -> None:
        self._values = values

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class _Loader(importlib.abc.Loader):
    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = _Module(spec.name)
        module.__path__ = []
        if spec.name.partition(".")[0] in BARS:
            module.tqdm = module.trange = _Bar  # type: ignore[attr-defined]
            module.trange = lambda *args, **_: _Bar(range(*args))  # type: ignore[attr-defined]
        return module

    def exec_module(self, module: types.ModuleType) -> None: ...


class StandIns(importlib.abc.MetaPathFinder):
    """Finds a stand-in for each module that only shows something."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] in PICTURES | BARS:
            return importlib.machinery.ModuleSpec(name, _Loader(), is_package=True)
        return None


def put_up() -> None:
    """From here on, modules that only show something are stand-ins."""
    sys.meta_path.insert(0, StandIns())
