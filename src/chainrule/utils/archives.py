"""Zip archives that tell no time: the same files give the same bytes."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Mapping
from typing import Any

TIME = datetime.datetime(2000, 1, 1)


class Archive(zipfile.ZipFile):
    """A zip that tells no time."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *rest: Any, **more: Any) -> None:
        info = zipfile.ZipInfo(str(zinfo_or_arcname), TIME.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        super().writestr(info, data)

    def write(self, filename: Any, arcname: Any = None, *rest: Any, **more: Any) -> None:
        with open(filename, "rb") as file:
            self.writestr(arcname or filename, file.read())


def packed(files: Mapping[str, str]) -> bytes:
    """Texts by the names of their files, as a zip."""
    buffer = io.BytesIO()
    with Archive(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text.encode())
    return buffer.getvalue()
