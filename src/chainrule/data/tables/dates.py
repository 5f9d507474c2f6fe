"""Days and moments as people write them: 2020-01-31, 31.01.2020, 1/31/20 9:30."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection

_ZONE = r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?"
_SECOND = r"(?::(?P<second>[0-9]{2})(?P<part>\.[0-9]+)?)?"
_TIME = rf"(?:[T ](?P<hour>[0-9]{{1,2}}):(?P<minute>[0-9]{{2}}){_SECOND}{_ZONE})?"
_YEAR_FIRST = re.compile(rf"(?P<year>[0-9]{{4}})[-/.](?P<one>[0-9]{{1,2}})[-/.](?P<two>[0-9]{{1,2}}){_TIME}")
_YEAR_LAST = re.compile(
    rf"(?P<one>[0-9]{{1,2}})(?P<mark>[-/.])(?P<two>[0-9]{{1,2}})(?P=mark)(?P<year>[0-9]{{4}}|[0-9]{{2}}){_TIME}"
)
_SHORT = re.compile(rf"(?P<year>[0-9]{{2}})-(?P<one>[0-9]{{2}})-(?P<two>[0-9]{{2}}){_TIME}")
PIVOT = 69  # two digits from here on are of the last century, as in POSIX


def is_date(text: str) -> bool:
    """Whether a text is written as a day or a moment is."""
    return (_YEAR_FIRST.fullmatch(text) or _YEAR_LAST.fullmatch(text)) is not None


def dates(texts: Collection[str]) -> list[dict[str, datetime.datetime]]:
    """The ways to read texts as moments, in UTC where they have a zone; none if one of them is no moment.

    Where the year is last, the day is before the month with points, and else where the texts tell. 20-01-31 may have
    its year first.

    >>> dates({"31.01.2020"}), dates({"2020-02-30"})
    ([{'31.01.2020': datetime.datetime(2020, 1, 31, 0, 0)}], [])
    >>> len(dates({"01/02/2020"})), len(dates({"01/02/2020", "01/31/2020"}))
    (2, 1)
    """
    found: list[dict[str, datetime.datetime]] = []
    for order in ("dmy", "mdy", "ymd"):
        try:
            read = {text: _moment(text, order) for text in texts}
        except ValueError:
            continue
        if read not in found:
            found.append(read)
    if len(found) > 1 and all("." in text for text in texts):
        return found[:1]
    return found


def _moment(text: str, order: str) -> datetime.datetime:
    match = _YEAR_FIRST.fullmatch(text) or (_SHORT.fullmatch(text) if order == "ymd" else None)
    if match is not None:
        month, day = int(match["one"]), int(match["two"])
    else:
        match = _YEAR_LAST.fullmatch(text)
        if match is None or order == "ymd":
            raise ValueError(text)
        one, two = int(match["one"]), int(match["two"])
        day, month = (one, two) if order == "dmy" else (two, one)
    year = int(match["year"])
    if len(match["year"]) == 2:
        year += 1900 if year >= PIVOT else 2000
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    part = round(float(match["part"] or 0) * 1e6)
    moment = datetime.datetime(year, month, day, hour, minute, second) + datetime.timedelta(microseconds=part)
    if (zone := match["zone"]) in (None, "Z"):
        return moment
    away = datetime.timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return moment - away if zone[0] == "+" else moment + away
