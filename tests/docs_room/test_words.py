"""The tables for who comes from elsewhere, the legend and the commands on the pages: every word in them exists."""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import tomllib
from typing import Any

import pytest
from site_built import DOCS

import chainrule as cr
from chainrule.cli.app import app
from loaded import ROOT, script

WORD = re.compile(r"`((?:cr|chainrule|sklearn|keras|torch)\.[\w.]+)(?:\(([^()`]*)\))?`")
HOUSES = ("sklearn", "keras", "torch")


def rows(house: str) -> list[tuple[str, str]]:
    text = (DOCS / "from" / f"{house}.md").read_text(encoding="utf-8")
    found = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [(theirs, ours) for theirs, ours in found[2:]]


def place(path: str) -> Any:
    """What a dotted path names: modules as far as there are, and then attributes."""
    first, *rest = path.split(".")
    value: Any = cr if first == "cr" else importlib.import_module(first)
    for i, name in enumerate(rest):
        if not hasattr(value, name) and inspect.ismodule(value) and first != "cr":
            value = importlib.import_module(".".join([first, *rest[: i + 1]]))
        elif not hasattr(value, name) and name in getattr(value, "__annotations__", {}):
            return None
        elif not hasattr(value, name) and inspect.isclass(value):
            assert name in _attributes(value), f"{path}: there is no {name}"
            return None
        else:
            value = getattr(value, name)
    return value


@functools.cache
def _attributes(kind: Any) -> set[str]:
    """What objects of a class have when they are made."""
    X, y = cr.data.moons(20, seed=0)
    net = cr.Network([2, 3, 2])
    objects = [net, net.fit(X, y, progress=False), net.evaluate(X, y), net.trace(X, y)]
    return {name for each in objects if type(each) is kind for name in dir(each)}


def check(word: str, settings: str | None) -> None:
    value = place(word)
    named = re.findall(r"(\w+)=", settings or "")
    if named:
        taken = inspect.signature(value).parameters
        assert set(named) <= set(taken), f"{word} has no {sorted(set(named) - set(taken))}"


@pytest.mark.parametrize("house", HOUSES)
def test_every_word_of_the_tables_exists(house: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    pytest.importorskip(house)
    assert len(rows(house)) >= 30
    lost = []
    for theirs, ours in rows(house):
        assert WORD.search(ours) or ours.startswith(("nothing", "`print(net)`", "the same")), ours
        for word, settings in WORD.findall(theirs) + WORD.findall(ours):
            try:
                check(word, settings)
            except (AssertionError, AttributeError, ImportError) as error:
                lost.append(f"{word}: {error}")
    assert lost == []


def test_a_word_that_is_not_there_is_found() -> None:
    for word, settings in [("cr.Dens", None), ("cr.Network.fitt", None), ("cr.Network.fit", "epoch=")]:
        with pytest.raises((AssertionError, AttributeError)):
            check(word, settings)


def test_the_legend_has_every_name_of_the_worked_example(monkeypatch: pytest.MonkeyPatch) -> None:
    from sphinx.errors import ExtensionError

    monkeypatch.syspath_prepend(DOCS / "_ext")
    legend: Any = script("docs/_ext/legend.py")
    told = " ".join(row[1] for row in legend.worked())
    net = cr.worked_example()
    for name in net.trace(net.x, net.y, cr.Adam()).program.names():
        assert f"<code>{name}</code>" in told
    monkeypatch.setitem(legend.WORDS, "q", "a name that no step has")
    with pytest.raises(ExtensionError, match=r"differ in \['q'\]"):
        list(legend.worked())
    monkeypatch.delitem(legend.WORDS, "q")
    monkeypatch.delitem(legend.WORDS, "z")
    with pytest.raises(ExtensionError, match=r"differ in \['z'\]"):
        list(legend.worked())


def test_the_legend_tells_of_each_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(DOCS / "_ext")
    legend: Any = script("docs/_ext/legend.py")
    titles = {row[0] for row in legend.parts()}
    assert {"softmax", "batch_norm", "adam", "huber", "gelu"} <= titles


def test_the_table_of_extras_is_that_of_the_package() -> None:
    """All but those for who works on the package itself; each with what it requires."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extras = tomllib.loads(text)["project"]["optional-dependencies"]
    rows = re.findall(
        r"^\| `(\w+)` \| (.*?) \|", (DOCS / "start.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {extra: brings.split(", ") for extra, brings in rows} == {
        extra: [re.split(r"[\[>=<]", each)[0] for each in required]
        for extra, required in extras.items()
        if extra not in ("bench", "docs", "test")
    }


def test_the_commands_on_the_pages_are_commands() -> None:
    """Those that a page only shows; what it runs is run."""
    import typer

    group: Any = typer.main.get_command(app)
    shown = 0
    for path in DOCS.rglob("*.md"):
        for line in re.findall(r"^\$ chainrule (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE):
            words = line.partition(" #")[0].split()
            command = group.commands[words[0]]
            known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
            asked = {word.partition("=")[0] for word in words[1:] if re.match(r"--\w", word)}
            assert asked <= known, f"{path.name}: chainrule {line}"
            shown += 1
    assert shown > 20


def test_the_reference_has_everything_public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(DOCS / "_ext")
    listing: Any = script("docs/_ext/listing.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in (DOCS / "reference").glob("*.md"))
    told: set[str] = set()
    for module, words in re.findall(r"```\{chainrule-reference\} (\S+)\n(.*?)```", text, re.DOTALL):
        found = importlib.import_module(module)
        told |= {name for word in words.split() for name in listing.exported(found, word)}
    assert set(cr.__all__) - {"data", "page", "plot"} <= told
    pictures = {name for name in cr.plot.__all__ if callable(getattr(cr.plot, name))}
    helpers = {name for name in pictures if getattr(cr.plot, name).__module__ == "chainrule.plots.files"}
    gallery = (DOCS / "gallery.md").read_text(encoding="utf-8")
    assert set(re.findall(r"chainrule\.plots\n(\w+)\n", gallery)) == pictures - helpers
    assert set(re.findall(r"cr\.plot\.(\w+)\(", gallery)) == pictures - helpers
