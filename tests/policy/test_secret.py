"""A secret that ends: which warning is due on which day, and never the same one twice."""

from datetime import date, timedelta

import pytest

from policy.secret import Secret, passed_warning

ENDS = date(2027, 6, 3)


@pytest.mark.parametrize(
    ("left", "warning"),
    [(400, None), (61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (1, 7), (0, 0), (-1, 0), (-400, 0)],
)
def test_the_warning_of_a_day_is_the_last_that_has_come(left: int, warning: int | None) -> None:
    assert passed_warning(ENDS, ENDS - timedelta(days=left)) == warning


def test_each_warning_is_given_once_on_the_way_to_the_end() -> None:
    secret, given = Secret("s", "harbour", ENDS), []
    for left in range(100, -100, -1):
        warned = secret.warn(ENDS - timedelta(days=left))
        if warned != secret:
            given.append((left, warned.warned))
        secret = warned
    assert given == [(60, 60), (30, 30), (7, 7), (0, 0)]


def test_of_those_that_were_missed_only_the_last_is_given() -> None:
    secret = Secret("s", "harbour", ENDS).warn(ENDS - timedelta(days=5))
    assert secret.warned == 7
    assert secret.warn(ENDS - timedelta(days=4)) == secret


def test_a_clock_that_goes_back_warns_of_nothing_again() -> None:
    secret = Secret("s", "harbour", ENDS).warn(ENDS - timedelta(days=5))
    assert secret.warn(ENDS - timedelta(days=40)) == secret


def test_a_new_end_is_warned_of_afresh() -> None:
    secret = Secret("s", "harbour", ENDS).warn(ENDS)
    later = secret.ending(ENDS + timedelta(days=730))
    assert (later.warned, later.warn(ENDS)) == (None, later)
    assert secret.ending(ENDS) is secret
