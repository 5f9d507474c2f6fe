"""What pages are made of as plain data, in JSON Schema."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Literal

ID = "urn:chainrule:pages:1"  # its number grows when a field goes, or means something else


def schema(page: Literal["explanation", "why"]) -> dict[str, Any]:
    """The schema, of draft 2020-12, of what a walk-through or a derivation gives by `to_dict`."""
    document: dict[str, Any] = json.loads(files(__package__).joinpath("schema.json").read_text("utf-8"))
    del document["oneOf"]  # the file serves both
    return {**document, "$ref": f"#/$defs/{page}"}
