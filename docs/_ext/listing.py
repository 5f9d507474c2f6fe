"""What there is, listed by the product itself: the reference, and the commands.

    ```{chainrule-reference} chainrule.data
    ```

lists all that a module exports, with its docstrings; with names below, one a line, these alone. A kind of part, such as
``Activation``, stands for all parts of that kind. ``chainrule-commands`` gives the help of every command.
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from docutils import nodes
from snippets import Snippets
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from chainrule.parts import contract
from chainrule.parts.contract import Activation, Part

KINDS = {
    kind: getattr(contract, kind)
    for kind in ("Activation", "Clipping", "Initializer", "Layer", "Loss", "Optimizer", "Penalty", "Schedule")
}

PREFIXES = {"chainrule.data": "cr.data.", "chainrule.page": "cr.page.", "chainrule.plots": "cr.plot."}


class Reference(SphinxDirective):
    """The docstrings of a module's exports."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Each export, as autodoc tells it."""
        module = importlib.import_module(self.arguments[0])
        asked = [line.strip() for line in self.content if line.strip()] or [
            name for name in module.__all__ if callable(getattr(module, name))
        ]
        names = [name for word in asked for name in exported(module, word)]
        text = [f".. py:currentmodule:: {module.__name__}", "", *(_told(module, name) for name in names)]
        fence = "\n".join(["```{eval-rst}", *text, "```"])
        found = self.parse_text_to_nodes(fence, offset=self.content_offset)
        _as_written(found, module.__name__)
        return found


def _as_written(found: list[nodes.Node], module: str) -> None:
    """What a module of its own exports has the name by which it is called, such as ``cr.plot.network``."""
    if module not in PREFIXES:
        return
    for told in (node for node in found if isinstance(node, addnodes.desc)):
        for name in list(told[0].findall(addnodes.desc_name)):
            name.replace_self([addnodes.desc_addname("", PREFIXES[module]), name.deepcopy()])


def exported(module: Any, word: str) -> list[str]:
    """A name; or of the name of a kind, all of its parts that the module exports, and then what they have in common."""
    if word not in KINDS:
        return [word]
    parts = [name for name in module.__all__ if name != word and _is_part(getattr(module, name), KINDS[word])]
    return [*sorted(parts, key=str.casefold), *([word] if word in module.__all__ else [])]


def _is_part(value: Any, kind: type) -> bool:
    if not inspect.isclass(value) or not issubclass(value, kind) or value in KINDS.values():
        return False
    return kind is Activation or not issubclass(value, Activation)


def _told(module: Any, name: str) -> str:
    value = getattr(module, name)
    if not inspect.isclass(value):
        return f".. autofunction:: {name}\n"
    if issubclass(value, Part) and value not in KINDS.values():
        return f".. autoclass:: {name}\n"  # what it has beside its settings is its contract's
    return f".. autoclass:: {name}\n   :members:\n   :exclude-members: __init__, __new__\n"


class Commands(SphinxDirective):
    """The help of every command."""

    def run(self) -> list[nodes.Node]:
        """A section for each command."""
        from chainrule.cli.app import NAMES

        snippets = Snippets(self.env.docname)
        parts = []
        for name in NAMES:
            told = snippets.run(f"$ chainrule {name} --help", self.lineno).printed.strip("\n")
            parts.append(f"## {name}\n\n```text\n{told}\n```\n")
        return self.parse_text_to_nodes("\n".join(parts), allow_section_headings=True)


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx asks of an extension."""
    app.add_directive("chainrule-reference", Reference)
    app.add_directive("chainrule-commands", Commands)
    return {"parallel_read_safe": False}
