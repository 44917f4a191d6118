"""A request for data on Slack and on Teams: what is typed stays in its window, and the answer is the same words."""

from pathlib import Path

from cards.access import HELD
from policy.people import Role
from tests.bot.test_concern_logs import HOLDERS, go_live
from tests.fakes.safeguarding import with_holders
from tests.fakes.school import COLLEAGUE, OWNER
from tests.fakes.slack_desk import slack_desk, user
from tests.fakes.teams_desk import teams_desk

ROLES = {**HOLDERS, Role.DPO: (OWNER,)}

TYPED = "Mr Quokka"


async def test_on_slack(tmp_path: Path) -> None:
    olu = user(OWNER)
    async with slack_desk(tmp_path) as desk:
        await go_live(desk)
        desk.dispatch.school = with_holders(desk.dispatch.school, ROLES)
        form = await (await desk.slack.command(olu, "/subjectaccess")).opened()
        await desk.slack.submit(olu, form, {"Or their name, if they are not on the list": TYPED})
        assert HELD in form.shown_text()
        refused = await desk.slack.command(user(COLLEAGUE), "/subjectaccess")
        assert refused.ephemeral is not None
        assert "data protection officer" in refused.ephemeral.shown_text()
        assert TYPED not in "".join(each.shown_text() for each in desk.slack.inbox(olu))


async def test_on_teams(tmp_path: Path) -> None:
    async with teams_desk(tmp_path) as desk:
        await go_live(desk)
        desk.dispatch.school = with_holders(desk.dispatch.school, ROLES)
        offered = await (await desk.teams.command(OWNER, "subjectaccess")).answered()
        assert (offered.buttons(), offered.fields()) == (["Open"], [])
        opened = await desk.teams.press(OWNER, offered, "Open")
        assert opened.dialog is not None
        await desk.teams.submit(OWNER, opened.dialog, {"name": TYPED})
        assert HELD in opened.dialog.shown_text()
        await desk.edge.close()
        assert TYPED not in str([version.activity for each in desk.teams.inbox(OWNER) for version in each.versions])
