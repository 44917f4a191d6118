"""What the admins read of messages that did not arrive: why, and what to do."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cards.letters import REASONS, Undelivered, Why, dead_card
from cards.text import plain

AT = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


def told(code: str) -> str:
    return plain(dead_card([Undelivered("Tom", code, AT)], False, ZoneInfo("Europe/London")))


def test_somebody_without_exeat_in_teams_can_be_helped() -> None:
    said = told("not_installed")
    assert "because they do not have Exeat in Teams, or no longer" in said
    assert "open Exeat in Teams once" in said
    assert "docs/teams.md" in said
    assert told("not_installed:ForbiddenOperationException") == said


def test_somebody_who_blocked_or_removed_exeat_is_asked_to_add_it() -> None:
    said = told("blocked:MessageWritesBlocked")
    assert "because they have blocked or removed Exeat" in said
    assert "Ask them to add Exeat in the chat again" in said
    assert "MessageWritesBlocked" not in said


def test_an_exeat_that_is_switched_off_is_the_administrators_matter() -> None:
    assert "Ask whoever runs Teams to allow Exeat" in told("switched_off:BotDisabledByAdmin")


def test_a_code_nobody_knows_is_said_as_it_is() -> None:
    assert "said only “bad argument”" in told("Bad Argument")


def test_every_reason_is_explained() -> None:
    assert {*REASONS} == {*Why}
