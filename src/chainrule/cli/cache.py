"""chainrule cache: the compiled code that is kept on disk."""

from __future__ import annotations

import chainrule.cli.options as o
from chainrule.cli.output import show
from chainrule.errors import FileError


def command(clear: o.Clear = False) -> None:
    """Show how much compiled code is kept on disk, and where; or delete it.

    Steps that were compiled once are found there by the next process. What was not used for longest makes room
    for what is new. The variable CHAINRULE_CACHE names another folder, CHAINRULE_CACHE_MB another size in
    megabytes; with 0, none is kept.

    \b
    Examples:
      chainrule cache
      chainrule cache --clear
    """
    from chainrule.compiler import store

    place, allowed = store.folder(), store.most()
    if place is None:
        show("There is no folder for compiled code, since there is no home: CHAINRULE_CACHE names one.")
        return
    if not store.trusted(place):
        raise FileError(
            f"{place} is not used: it is another user's, or others may write to it, and what lies there would be run. "
            f"Take a folder of your own, or keep others from it: chmod 700 {place}"
        )
    found = list(store.newest_first())
    what = f"{_programs(len(found))}, {_size(sum(size for size, _ in found))}"
    if not clear:
        show(f"{place}: {what} of at most {_size(allowed)}")
        return
    deleted = store.trim(0)
    if deleted < len(found):
        raise FileError(
            f"{place}: {_programs(len(found) - deleted)} can't be deleted: may the folder be written?"
        )
    show(f"{place}: deleted {what}")


def _programs(count: int) -> str:
    return "1 program" if count == 1 else f"{count:,} programs"


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size % 10**6 else f"{size // 10**6:,} MB"
