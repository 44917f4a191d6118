"""The service log while calls fail as concerns are raised and opened on Slack and Teams: it names nobody."""

import asyncio
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from bot.sandbox.rehearsed import rehearse
from policy.people import Role
from tests.fakes.safeguarding import SECRET, safe_harbour
from tests.fakes.school import ADMIN, COLLEAGUE, DEPUTY, DEPUTY_TWO, HEAD, OWNER, TEACHER
from tests.fakes.slack import Fault as SlackFault
from tests.fakes.slack_desk import SlackDesk, slack_desk, user
from tests.fakes.teams import Fault as TeamsFault
from tests.fakes.teams_desk import TeamsDesk, teams_desk

HOLDERS = {
    Role.HEADTEACHER: (HEAD,),
    Role.DSL: (DEPUTY,),
    Role.DEPUTY_DSL: (DEPUTY_TWO,),
    Role.CHAIR: (OWNER,),
    Role.ADMIN: (ADMIN,),
}

FIRST = {"Who is it about?": "A colleague", "Could a child have been harmed, or be at risk?": "No"}


async def go_live(desk: SlackDesk | TeamsDesk) -> None:
    """The desk's school takes concerns from now on."""
    desk.dispatch.school = safe_harbour(holders=HOLDERS)
    await rehearse(desk.store, desk.dispatch.school, desk.now)


def lines(logs: list[Any], *ids: str) -> list[str]:
    """What happened, having seen that no line names anybody, what was asked for, or what was said."""
    for word in (*ids, "concern", "reportabuse", "zebra"):
        assert word.casefold() not in str(logs).casefold(), word
    return [str(each["event"]) for each in logs]


async def test_on_slack_nothing_tells_who_raises_or_opens_one_or_whom_it_is_about(tmp_path: Path) -> None:
    tom, dev, cara, new = user(TEACHER), user(DEPUTY), user(COLLEAGUE), "U0STRANGER"
    async with slack_desk(tmp_path) as desk:
        slack = desk.slack
        await go_live(desk)
        await slack.open_home(tom)
        form = await (await slack.command(tom, "/concern")).opened()
        await slack.submit(tom, form, FIRST)
        await slack.submit(tom, form, {"Who it is": cara})
        await slack.submit(tom, form, {"What happened": SECRET})
        alert = next(each for each in await desk.deliver() if each.channel == slack.direct(dev))
        await slack.close(tom, form)
        again = await (await slack.command(tom, "/concern")).opened()
        await slack.submit(tom, again, FIRST)
        slack.add_user(new, "New", "new@elsewhere.example")
        calls = (
            "users.info",
            "views.open",
            "views.update",
            "views.publish",
            "chat.postEphemeral",
            "chat.postMessage",
        )
        slack.faults.every(1, [SlackFault.API_ERROR("expired_trigger_id")], only=calls)
        with capture_logs() as logs:
            await slack.submit(tom, again, {"Who it is": new})
            await slack.command(tom, "/concern")
            await slack.say(tom, "reportabuse")
            await slack.press(dev, alert, "Open")
            await slack.press(cara, alert, "Open")
            await slack.open_home(tom)
            await desk.edge.close()
        happened = lines(logs, tom, dev, cara, new, slack.direct(tom))
        assert {"look-up failed", "form not opened", "answer not shown", "answer lost", "refused"} <= set(happened)
        assert "home not drawn" in happened


async def test_on_teams_neither(tmp_path: Path) -> None:
    async with teams_desk(tmp_path) as desk:
        teams = desk.teams
        await go_live(desk)
        offered = await (await teams.command(TEACHER, "concern")).answered()
        for picked in (COLLEAGUE, "nina"):
            if picked == "nina":
                teams.add_user("nina", "Nina", "nina@elsewhere.example")
                await teams.message("nina", "hello")
                teams.faults.every(1, [TeamsFault.BAD_GATEWAY], only=("member", "send", "update", "open"))
            opened = await teams.press(TEACHER, offered, "Open")
            assert opened.dialog is not None
            await teams.submit(TEACHER, opened.dialog, FIRST, button="Next")
            with capture_logs() as logs:
                await teams.submit(TEACHER, opened.dialog, {"person~person": picked.title()}, button="Next")
            if picked == COLLEAGUE:
                await teams.submit(TEACHER, opened.dialog, {"what": SECRET})
                alert = next(each for each in await desk.deliver() if "needs opening" in each.shown_text())
        ids = [teams.object_id(each) for each in (TEACHER, DEPUTY, COLLEAGUE, "nina")]
        assert "look-up failed" in lines(logs, *ids)
        with capture_logs() as logs:
            await asyncio.gather(teams.command(TEACHER, "concern"), teams.press(DEPUTY, alert, "Open"))
            await desk.edge.close()
        assert "answer lost" in lines(logs, *ids)
