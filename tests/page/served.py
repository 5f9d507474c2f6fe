"""A server with a session of the tests' own, as a process: `python served.py '{"port": 0, "limits": {…}}'`.

Its first line on standard output is the address; what is reported goes to standard error, as on the command line.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from chainrule.page.limits import Limits
from chainrule.page.server import serve


class Told:
    """It does what it is told, and counts."""

    def __init__(self) -> None:
        self.count = 0

    def handle(self, message: dict[str, Any], buffers: list[bytes]) -> tuple[dict[str, Any], list[Any]]:
        self.count += 1
        answer: dict[str, Any] = {
            "id": message.get("id"),
            "count": self.count,
            "got": [len(b) for b in buffers],
        }
        match message.get("do"):
            case "advance":
                time.sleep(message["seconds"])
            case "spin":  # as a training in Python: it holds the interpreter
                until = time.monotonic() + message["seconds"]
                while time.monotonic() < until:
                    sum(range(1000))
            case "fail":
                raise TypeError("two\nlines")
            case "memory":
                raise MemoryError
            case "large":
                array = bytes(message["bytes"])
                said = {"name": "large", "dtype": "raw", "shape": [len(array)]}
                return answer | {"arrays": [said]}, [array]
            case "nan":
                answer["loss"] = float("nan")
        return answer, []


def main() -> None:
    options = json.loads(sys.argv[1])
    if options.pop("broken", False):

        def make() -> Told:
            raise OSError("no such model")
    else:
        make = Told
    options["limits"] = Limits(**options.get("limits", {}))
    options["static"] = Path(options["static"])
    serve(
        make,
        started=lambda address: print(address.url, flush=True),
        report=lambda line: print(line, file=sys.stderr, flush=True),
        **options,
    )


if __name__ == "__main__":
    main()
