"""A request for data on Slack and Teams: what is typed stays in its window; a holder opens it, and what it shows."""

from pathlib import Path

from cards.data_request import TOLD
from policy.data_request import DataRequest
from policy.people import Role
from storage.contract import Store
from tests.bot.test_concern_logs import FIRST, HOLDERS, go_live
from tests.fakes.safeguarding import SECRET, with_holders
from tests.fakes.school import COLLEAGUE, DEPUTY, OWNER, TEACHER
from tests.fakes.slack_desk import slack_desk, user
from tests.fakes.teams_desk import teams_desk

ROLES = {**HOLDERS, Role.DPO: (OWNER,)}

TYPED = "Mr Quokka"

HAPPENED = f"{SECRET}. Quokka saw it."

COME = "A request for data has come"


async def states(store: Store) -> list[str]:
    """How the requests stand."""
    async with store.transaction("harbour") as tx:
        return [each.state for each in await tx.find(DataRequest, limit=10)]


async def test_on_slack(tmp_path: Path) -> None:
    olu, dev, tom = user(OWNER), user(DEPUTY), user(TEACHER)
    async with slack_desk(tmp_path) as desk:
        slack = desk.slack
        await go_live(desk)
        desk.dispatch.school = with_holders(desk.dispatch.school, ROLES)
        concern = await (await slack.command(tom, "/concern")).opened()
        await slack.submit(tom, concern, FIRST)
        await slack.submit(tom, concern, {"Who it is": user(COLLEAGUE)})
        await slack.submit(tom, concern, {"What happened": HAPPENED})
        form = await (await slack.command(olu, "/subjectaccess")).opened()
        await slack.submit(olu, form, {"Or their name, if they are not on the list": TYPED})
        assert TOLD in form.shown_text()
        refused = await slack.command(user(COLLEAGUE), "/subjectaccess")
        assert refused.ephemeral is not None
        assert "data protection officer" in refused.ephemeral.shown_text()
        come = [each for each in await desk.deliver() if COME in each.shown_text()]
        message = next(each for each in come if each.channel == slack.direct(dev))
        sheet = await (await slack.press(dev, message, "Open")).opened()
        assert TYPED in sheet.shown_text()
        await slack.press(dev, sheet, "Open")
        await slack.until(lambda: "zebra" in sheet.shown_text())
        await slack.press(dev, message, "Answered")
        assert await states(desk.store) == ["answered"]
        for who in (olu, dev):
            assert TYPED not in "".join(each.shown_text() for each in slack.inbox(who))


async def test_on_teams(tmp_path: Path) -> None:
    async with teams_desk(tmp_path) as desk:
        teams = desk.teams
        await go_live(desk)
        desk.dispatch.school = with_holders(desk.dispatch.school, ROLES)
        offered = await (await teams.command(TEACHER, "concern")).answered()
        raising = await teams.press(TEACHER, offered, "Open")
        assert raising.dialog is not None
        await teams.submit(TEACHER, raising.dialog, FIRST, button="Next")
        await teams.submit(TEACHER, raising.dialog, {"person~person": COLLEAGUE.title()}, button="Next")
        await teams.submit(TEACHER, raising.dialog, {"what": HAPPENED})
        offered = await (await teams.command(OWNER, "subjectaccess")).answered()
        assert (offered.buttons(), offered.fields()) == (["Open"], [])
        opened = await teams.press(OWNER, offered, "Open")
        assert opened.dialog is not None
        await teams.submit(OWNER, opened.dialog, {"name": TYPED})
        assert TOLD in opened.dialog.shown_text()
        await desk.deliver()
        message = next(each for each in teams.inbox(DEPUTY) if COME in each.shown_text())
        sheet = await teams.press(DEPUTY, message, "Open")
        assert sheet.dialog is not None
        assert TYPED in sheet.dialog.shown_text()
        await teams.press(DEPUTY, sheet.dialog, "Open")
        assert "zebra" in sheet.dialog.shown_text()
        await teams.press(DEPUTY, message, "Answered")
        assert await states(desk.store) == ["answered"]
        await desk.edge.close()
        for who in (OWNER, DEPUTY):
            assert TYPED not in str([version.activity for each in teams.inbox(who) for version in each.versions])
