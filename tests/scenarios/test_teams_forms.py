"""Forms on Teams that were borrowed, forged, sent again or sent back: refused kindly, counted once."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.app import Program
from policy.post import Post, State
from tests.fakes.school import COLLEAGUE, HEAD, OWNER, TEACHER
from tests.fakes.teams import Message
from tests.scenarios.on_teams import Sheet
from tests.scenarios.serving import audited, post_of, quiet
from tests.scenarios.stage import SECRET
from tests.scenarios.teams_stage import TeamsStage, data_of, filled, form_before, form_of, teams_stage


@pytest.fixture
async def stage(tmp_path: Path, said: Callable[[], str]) -> AsyncIterator[TeamsStage]:
    async with teams_stage(tmp_path, said) as stage:
        yield stage


async def edit_form(stage: TeamsStage) -> Message:
    """The form in which Tom changes his post."""
    form: Message = (
        await stage.school.form(TEACHER, await stage.school.card(TEACHER, button="Edit"), "Edit")
    ).message
    return form


async def test_somebody_elses_form_is_not_theirs_to_send(stage: TeamsStage) -> None:
    form = await edit_form(stage)
    told: list[str] = []

    async def send() -> None:
        for name in (OWNER, COLLEAGUE):
            told.append(await stage.executed(name, filled(form, f"{SECRET} was here")))
            told.append(await stage.submitted(name, filled(form, f"{SECRET} was here")))
            told.append(await stage.windowed(name, filled(form, f"{SECRET} was here"), invoke="task/submit"))
        told.append(await stage.executed(HEAD, filled(form, f"{SECRET} was here")))

    await stage.unmoved(send())
    assert all("There is nothing here for you" in words for words in told[:-1])
    assert "Only its author can do that" in told[-1]
    assert (await post_of(stage.program)).version == 1
    assert not await stage.school.send(TEACHER, Sheet(form), {"Text": "Other words"})
    await stage.school.card(HEAD, "Other words", button="Approve")


async def test_a_borrowed_nonce_takes_nothing_from_whom_it_was_made_for(stage: TeamsStage) -> None:
    form = await form_of(stage)
    assert "P-2" in await stage.executed(OWNER, filled(form, "By Olu"))
    assert "P-3" in await stage.executed(TEACHER, filled(form, "By Tom"))
    for post, text, author in (("P-2", "By Olu", OWNER), ("P-3", "By Tom", TEACHER)):
        found = await post_of(stage.program, post)
        assert found.content.text == text
        assert found.author.endswith(stage.teams.object_id(author))


async def test_a_form_made_to_speak_of_another_post_is_refused(stage: TeamsStage) -> None:
    form = await form_of(stage, OWNER)
    forged = filled(form, SECRET, verb="post.edit.send", k="post", i="P-1", v=1, p={"pictures": "9"})
    told: list[str] = []

    async def send() -> None:
        told.append(await stage.executed(OWNER, forged))
        told.append(await stage.submitted(OWNER, forged))
        told.append(await stage.windowed(OWNER, forged, invoke="task/submit"))

    await stage.unmoved(send())
    assert all("There is nothing here for you" in words for words in told)


async def test_a_form_of_another_school_is_refused_and_its_words_are_kept_on_the_screen(stage: TeamsStage) -> None:
    form = await form_of(stage)
    told: list[str] = []

    async def send() -> None:
        told.append(await stage.executed(TEACHER, filled(form, SECRET, s="other"), at=form))

    await stage.unmoved(send())
    assert "another school" in told[0]
    assert form.fields(), "it stands as it was typed"


async def test_the_same_form_with_other_words_is_said_to_have_been_received(stage: TeamsStage) -> None:
    form = await form_of(stage)
    first, second = filled(form, "First words"), filled(form, f"Second {SECRET}")
    assert "P-2 is on its way" in await stage.executed(TEACHER, first)
    await stage.school.card(HEAD, "P-2", button="Approve")
    await quiet(stage.program)
    told: list[str] = []

    async def again() -> None:
        told.append(await stage.executed(TEACHER, second))
        told.append(await stage.submitted(TEACHER, second))
        told.append(await stage.windowed(TEACHER, second, invoke="task/submit"))

    await stage.unmoved(again())
    assert all("already received as P-2" in words for words in told)
    assert SECRET in told[2], "a window shows what was typed, which would be lost with it"
    assert (await post_of(stage.program, "P-2")).content.text == "First words"


async def test_a_nonce_under_another_verb_gives_no_other_right(stage: TeamsStage) -> None:
    mine = await edit_form(stage)
    told: dict[str, str] = {}

    async def send() -> None:
        for verb in ("post.approve", "post.reject.send", "post.changes.send", "post.posted.send"):
            told[verb] = await stage.executed(TEACHER, {**data_of(mine, "Send", verb=verb), "reason": SECRET})

    await stage.unmoved(send())
    assert all("You cannot decide on your own post" in told[verb] for verb in list(told)[:3])
    assert "cannot be marked as posted" in told["post.posted.send"]
    post = await post_of(stage.program)
    assert (post.status, post.decisions) == (State.WAITING, ())


async def test_a_nonce_under_another_verb_decides_once(stage: TeamsStage) -> None:
    form = (await stage.school.form(HEAD, stage.card, "Request changes")).message
    typed = {"reason": "Please say where."}
    assert "Done" in await stage.executed(HEAD, {**data_of(form, "Send", verb="post.reject.send"), **typed}, at=form)
    await stage.school.card(TEACHER, "Please say where.")
    await quiet(stage.program)
    told: list[str] = []

    async def again() -> None:
        told.append(await stage.executed(HEAD, {**data_of(form_before(form), "Send"), **typed}))
        told.append(await stage.executed(HEAD, data_of(form_before(form), "Send", verb="post.approve")))

    await stage.unmoved(again())
    assert all("was already rejected" in words or "has changed" in words for words in told)
    assert len((await post_of(stage.program)).decisions) == 1


async def test_a_replay_byte_by_byte_has_no_second_effect(stage: TeamsStage) -> None:
    teams, school = stage.teams, stage.school
    replayed = []
    form = await form_of(stage)
    replayed.append(teams.way.sent[-1])
    await teams.submit(TEACHER, form, {"text": "Only once", "account~choice": "Harbour page"})
    replayed.append(teams.way.sent[-1])
    await school.card(HEAD, "P-2", button="Approve")
    await teams.press(HEAD, stage.card, "Approve")
    replayed.append(teams.way.sent[-1])
    ready = await school.card(TEACHER, "P-1 is approved: ready for", button="Mark as posted")
    other = await form_of(stage, OWNER)
    await teams.press(OWNER, other, "Add a picture")
    replayed.append(teams.way.sent[-1])
    posted = (await school.form(TEACHER, ready, "Mark as posted")).message
    await teams.submit(TEACHER, posted, {"link": "https://example.org/page/1"}, legacy=True)
    replayed.append(teams.way.sent[-1])
    await school.card(HEAD, "Posted by Tom")
    await teams.install(COLLEAGUE)
    replayed += teams.way.sent[-2:]
    await quiet(stage.program)
    before, sent = await effects(stage.program), school.inboxes(TEACHER, HEAD, OWNER, COLLEAGUE)
    for request in replayed * 3:
        assert (await teams.way.send(request)).status == 200
    await quiet(stage.program)
    assert await effects(stage.program) == before
    assert school.inboxes(TEACHER, HEAD, OWNER, COLLEAGUE) == sent, "only whoever repeats it is answered again"
    _, done = before
    assert done.count("post.approve") == done.count("post.posted.send") == done.count("post.keep") == 1


async def effects(program: Program) -> tuple[list[Post], list[str]]:
    """Every post as it stands, and all that was ever done."""
    async with program.dispatch.store.transaction("harbour") as tx:
        return await tx.find(Post, limit=100), [row.entry.verb for row in await audited(program)]


async def test_a_form_sent_back_with_errors_and_corrected_is_accepted(stage: TeamsStage) -> None:
    form = await stage.chat.command(TEACHER, "/draftpost")
    nonce = data_of(form.message, "Send")["exeat"]["n"]

    async def wrong() -> None:
        too_long = {"Text": f"{SECRET} " * 100, "Account": "Harbour on X"}
        errors = await stage.school.send(TEACHER, form, too_long)
        assert list(errors) == ["Text"]
        assert "too long: X takes 280" in errors["Text"]
        assert form.message.value("text") == f"{SECRET} " * 100
        errors = await stage.school.send(TEACHER, form, {"Text": " \u200b ", "Account": "Harbour page"})
        assert "There is nothing to post yet" in errors["Text"]

    await stage.unmoved(wrong())
    assert form.message.value("account~choice") == "page"
    assert data_of(form.message, "Send")["exeat"]["n"] == nonce
    right = {"Text": f"The {SECRET}, in short", "Account": "Harbour on X"}
    assert await stage.school.send(TEACHER, form, right) == {}
    await stage.school.card(HEAD, "P-2", "in short", button="Approve")
    assert (await post_of(stage.program, "P-2")).content.account == "short"
