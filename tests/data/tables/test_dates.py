"""Days and moments in people's spelling, against datetime's own reading and by hand."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.data.tables.dates import dates, is_date

DAY = datetime.datetime(2020, 3, 4)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020-03-04", DAY),
        ("2020/3/4", DAY),
        ("2020.03.04", DAY),
        ("04.03.2020", DAY),
        ("4.3.20", DAY),
        ("4.3.69", datetime.datetime(1969, 3, 4)),
        ("4.3.68", datetime.datetime(2068, 3, 4)),
        ("3/31/2020", datetime.datetime(2020, 3, 31)),
        ("31/3/2020", datetime.datetime(2020, 3, 31)),
        ("2020-03-04T09:30", datetime.datetime(2020, 3, 4, 9, 30)),
        ("2020-03-04 9:30:15", datetime.datetime(2020, 3, 4, 9, 30, 15)),
        ("2020-03-04 09:30:15.25", datetime.datetime(2020, 3, 4, 9, 30, 15, 250_000)),
        ("2020-03-04T09:30:00Z", datetime.datetime(2020, 3, 4, 9, 30)),
        ("2020-03-04T00:30:00+01:30", datetime.datetime(2020, 3, 3, 23)),
        ("2020-03-04T23:30:00-0100", datetime.datetime(2020, 3, 5, 0, 30)),
    ],
)
def test_a_moment(text: str, moment: datetime.datetime) -> None:
    assert is_date(text)
    assert dates({text}) == [{text: moment}]


@given(st.datetimes(datetime.datetime(1000, 1, 1), datetime.datetime(9998, 12, 30)), st.sampled_from("T "))
def test_every_moment_that_python_writes(moment: datetime.datetime, between: str) -> None:
    text = moment.isoformat(between)
    assert dates({text}) == [{text: moment}]
    zoned = moment.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=-5, minutes=-30)))
    text = zoned.isoformat(between)
    assert dates({text}) == [{text: zoned.astimezone(datetime.UTC).replace(tzinfo=None)}]


def test_the_day_and_the_month_in_doubt() -> None:
    one, other = dates({"1/2/2020", "11/12/2020"})
    assert (one["1/2/2020"], other["1/2/2020"]) == (
        datetime.datetime(2020, 2, 1),
        datetime.datetime(2020, 1, 2),
    )
    assert dates({"1/2/2020", "1/13/2020"}) == [
        {"1/2/2020": datetime.datetime(2020, 1, 2), "1/13/2020": datetime.datetime(2020, 1, 13)}
    ]
    assert len(dates({"2/2/2020"})) == 1  # either way the same day
    assert dates({"13/1/2020", "1/13/2020"}) == []  # no one writes so


@pytest.mark.parametrize("text", ["2020-02-30", "2020-13-01", "31.02.2020", "2020-03-04 25:00"])
def test_what_looks_like_a_day_and_is_none(text: str) -> None:
    assert is_date(text)
    assert dates({text}) == []


@pytest.mark.parametrize(
    "text",
    ["", "3.4", "1.2.3", "2020", "2020-03", "20-03-04 oclock", "04.03/2020", "٢٠٢٠-٠٣-٠٤", "2020-03-04 9"],
)
def test_what_is_no_day(text: str) -> None:
    assert not is_date(text)
    assert dates({text}) == []


def test_a_year_of_two_digits_may_stand_first() -> None:
    ways = dates({"20-01-31", "21-05-12"})
    assert [way["20-01-31"].date().isoformat() for way in ways] == ["2031-01-20", "2020-01-31"]
    assert len(dates({"20-01-31", "21-05-85"})) == 1  # there is no day 85
    assert len(dates({"31/01/20"})) == len(dates({"31.01.20"})) == 1
