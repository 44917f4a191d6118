"""Pictures on Teams: sent to the chat, cleaned, shown to the head as they would go out, and refused in words."""

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.app import Program
from policy.post import State
from tests.fakes.school import HEAD, OWNER, TEACHER
from tests.fakes.teams import FakeTeams, Fault, Message
from tests.scenarios.chat import PATIENCE
from tests.scenarios.on_teams import enrol, teams
from tests.scenarios.school import School
from tests.scenarios.serving import kept, post_of, quiet, serving
from tests.scenarios.teams_pictures import (
    FINISH,
    POND,
    PUBLIC,
    SENT,
    WithAddress,
    answered,
    cleaned,
    colour,
    described,
    kept_draft,
    posts,
    send,
    thumbnails,
)
from tests.scenarios.test_pictures import PLACE, phone_picture


@pytest.mark.parametrize("how", SENT)
async def test_the_head_sees_what_would_go_out_and_not_before_it_is_clean(tmp_path: Path, how: str) -> None:
    original, gate = phone_picture(), asyncio.Event()
    packed, method = SENT[how]
    async with FakeTeams() as fake:
        enrol(fake)
        chat, folder = WithAddress(fake), tmp_path / "data"
        async with serving(chat, folder) as program:
            school = School(chat)
            draft = await kept_draft(chat)
            fake.faults.next(method, Fault.SLOW(gate))
            assert "Got it." in await send(chat, packed(original))
            await fake.until(lambda: bool(fake.faults.applied), PATIENCE)
            form = await school.form(TEACHER, draft.latest, FINISH)
            assert "You can describe it all the same" in form.shown_text()
            assert not await school.send(TEACHER, form, POND)
            assert "pictures are being checked" in form.shown_text()
            await quiet(program, left=2)
            assert (await post_of(program)).status is State.FETCHING
            assert fake.inbox(HEAD)[1:] == [], "nothing but the greeting"
            gate.set()

            card = await school.card(HEAD, "A pond with two ducks", "No people", button="Approve")
            [small] = thumbnails(card)
            assert PLACE not in small
            assert Image.open(io.BytesIO(small)).format == "JPEG"
            assert not Image.open(io.BytesIO(small)).getexif()
            [clean] = cleaned(folder)
            assert clean != original
            image = Image.open(io.BytesIO(clean))
            assert (image.format, image.size) == ("JPEG", (64, 48))
            assert not image.getexif()
            assert b"Exif" not in clean

            await school.press(HEAD, card, "Approve")
            for name in (TEACHER, OWNER):
                ready = await school.card(name, "is approved: ready for", "delete them from it", "Open the picture")
                assert thumbnails(ready) == [small]
                assert await whole(program, ready) == clean
            await quiet(program)
        assert not any(PLACE in data for data in kept(folder).values()), "not even where it came from is kept"
        assert fake.leaks == []
        assert "tempauth" not in json.dumps([call.body for call in fake.calls]), "nobody is shown where it lay"


async def whole(program: Program, card: Message) -> bytes:
    """The picture behind the button of a card."""
    url = card.links()["Open the picture"]
    assert url.startswith(f"{PUBLIC}/pictures/")
    here = url.replace(PUBLIC, f"http://127.0.0.1:{program.port}")
    async with aiohttp.ClientSession() as session, session.get(here) as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
        return await answer.read()


async def test_without_an_address_of_its_own_a_card_has_the_small_copy_and_says_so(tmp_path: Path) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data"):
        school = School(chat)
        await kept_draft(chat)
        await send(chat, phone_picture())
        await described(chat)
        card = await school.card(HEAD, "Our new pond", button="Approve")
        await school.press(HEAD, card, "Approve")
        ready = await school.card(OWNER, "is approved: ready for", "This is a small copy.")
        assert thumbnails(ready) == thumbnails(card)
        assert (ready.links(), card.links()) == ({}, {})


async def test_a_picture_with_the_command_begins_a_draft_of_both(tmp_path: Path) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        line = "draftpost Our new <pond> & garden"
        sent = await chat.teams.message(TEACHER, line, files=[("IMG_1.jpg", phone_picture())])
        assert "“IMG_1.jpg” is in a new draft, P-1" in await answered(chat, sent)
        await described(chat, Account="Harbour page")
        card = await School(chat).card(HEAD, "Our new <pond> & garden", "A pond with two ducks", button="Approve")
        assert len(thumbnails(card)) == 1
        assert [post.id for post in await posts(program)] == ["P-1"]


async def test_a_picture_alone_begins_a_draft_whose_words_come_later(tmp_path: Path) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data"):
        assert "in a new draft, P-1" in await send(chat, phone_picture())
        await described(chat, Text="Look at this", Account="Harbour page")
        card = await School(chat).card(HEAD, "Look at this", "A pond with two ducks", button="Approve")
        assert len(thumbnails(card)) == 1


async def test_several_pictures_stand_in_the_order_they_were_sent_and_a_fifth_is_left_out(tmp_path: Path) -> None:
    red, blue, green = (phone_picture(each) for each in ((200, 0, 0), (0, 0, 200), (0, 200, 0)))
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        school = School(chat)
        await kept_draft(chat)
        assert "The 2 pictures are with P-1" in await send(chat, red, blue)
        said = await send(chat, ("a.jpg", green), ("b.jpg", red), ("c.jpg", blue))
        assert "“a.jpg” and “b.jpg” are with P-1" in said
        assert "“c.jpg” was left out: a post takes 4 pictures" in said
        assert "was left out" in await send(chat, ("d.jpg", blue))
        card = await school.card(TEACHER, "Picture 4: “b.jpg”. Not described yet.", button=FINISH)
        await quiet(program)
        form = await school.form(TEACHER, card, FINISH)
        answers: dict[str, Any] = {"Source of the pictures": "We made it ourselves"}
        for number in range(1, 5):
            answers |= {
                f"Picture {number}: what it shows": f"Something new, number {number}",
                f"Picture {number}: who is in it": "No people",
            }
        assert not await school.send(TEACHER, form, answers)
        card = await school.card(HEAD, "Something new, number 4", button="Approve")
        assert [colour(each) for each in thumbnails(card)] == [(2, 0, 0), (0, 0, 2), (0, 2, 0), (2, 0, 0)]
        assert len(await posts(program)) == 1


async def test_more_pictures_can_be_asked_for_in_the_drafts_own_form(tmp_path: Path) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data"):
        school = School(chat)
        await kept_draft(chat)
        await send(chat, phone_picture())
        card = await school.card(TEACHER, "Not described yet.", button=FINISH)
        form = await school.form(TEACHER, card, FINISH)
        chat.teams.fill(TEACHER, form.message, {"text": "Our old pond", "source~choice": "We made it ourselves"})
        await chat.teams.press(TEACHER, form.message, "Add another picture")
        assert "is kept as a draft" in form.shown_text()
        assert "are with P-1" not in await send(chat, ("IMG_2.jpg", phone_picture((0, 0, 200))))
        card = await school.card(TEACHER, "Our old pond", "“IMG_2.jpg”. Not described yet.", button=FINISH)
        form = await school.form(TEACHER, card, FINISH)
        more = {"Picture 2: what it shows": "The pond at night", "Picture 2: who is in it": "No people"}
        assert not await school.send(TEACHER, form, {**POND, **more})
        card = await school.card(HEAD, "Our old pond", "The pond at night", button="Approve")
        assert [colour(each) for each in thumbnails(card)] == [(2, 0, 0), (0, 0, 2)]


async def test_an_error_keeps_the_picture_and_what_was_typed(tmp_path: Path) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        school = School(chat)
        await kept_draft(chat)
        await send(chat, ("IMG_1.jpg", phone_picture()))
        card = await school.card(TEACHER, "Not described yet.", button=FINISH)
        form = await school.form(TEACHER, card, FINISH)
        for wrong in ("IMG_1.jpg", "picture", ""):
            errors = await school.send(TEACHER, form, {**POND, "Picture 1: what it shows": wrong})
            assert list(errors) == ["Picture 1: what it shows"]
            assert len(thumbnails(form.message)) == 1
            assert form.message.value("text") == "Our new pond"
        errors = await school.send(
            TEACHER, form, {"Picture 1: what it shows": "A pond", "Source of the pictures": "Not sure"}
        )
        assert "only when we know that we may use it" in errors["Source of the pictures"]
        assert not await school.send(TEACHER, form, {"Source of the pictures": "We made it ourselves"})
        await school.card(HEAD, "Alt text: A pond", button="Approve")
        assert (await post_of(program)).status is State.WAITING


async def test_a_picture_swapped_under_the_same_words_voids_the_approval(tmp_path: Path) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        school = School(chat)
        await kept_draft(chat)
        await send(chat, phone_picture())
        await described(chat)
        first = await school.card(HEAD, "Our new pond", button="Approve")
        stale = first.latest
        [red] = thumbnails(first)
        await school.press(HEAD, first, "Approve")
        ready = await school.card(TEACHER, "is approved: ready for", button="Edit")
        form = await school.form(TEACHER, ready, "Edit")
        assert "its approval no longer counts" in form.shown_text()
        await chat.teams.press(TEACHER, form.message, "Add another picture")
        assert "Its approval no longer counts." in form.shown_text()
        await school.card(OWNER, "Please do not post from an earlier card")
        assert (await post_of(program)).status is State.DRAFT
        await school.until(lambda: "Our new pond" not in first.shown_text() and not first.buttons())

        await send(chat, phone_picture((30, 30, 200)))
        draft = await school.card(TEACHER, "Not described yet.", button=FINISH)
        form = await school.form(TEACHER, draft, FINISH)
        answers = {
            "Picture 1: keep it?": "Take this picture out",
            "Picture 2: what it shows": "A pond with two ducks",
            "Picture 2: who is in it": "No people",
        }
        assert not await school.send(TEACHER, form, answers)
        again = await school.card(
            HEAD, "no longer counts", "The pictures were changed", "Our new pond", button="Approve"
        )
        [blue] = thumbnails(again)
        assert (colour(red), colour(blue)) == ((2, 0, 0), (0, 0, 2))
        post = await post_of(program)
        assert (post.status, post.approval) == (State.WAITING, None)

        pressed = await chat.teams.press(HEAD, stale, "Approve")
        assert "has changed since this card was drawn" in pressed.toast
        told = await pressed.answered()
        assert [colour(each) for each in thumbnails(told)] == [(0, 0, 2)]
        assert (await post_of(program)).status is State.WAITING


@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "killed"])
@pytest.mark.parametrize("was_sent", [False, True], ids=["a draft", "sent"])
async def test_a_restart_while_the_picture_is_fetched_brings_one_card(
    tmp_path: Path, killed: bool, was_sent: bool
) -> None:
    gate = asyncio.Event()
    async with teams() as chat:
        fake, school = chat.teams, School(chat)
        async with serving(chat, tmp_path / "data", killed=killed):
            draft = await kept_draft(chat)
            fault = Fault.SLOW(gate) if killed else Fault.ERROR_500
            fake.faults.next("file", fault, times=1_000)
            await send(chat, ("IMG_1.jpg", phone_picture()))
            await fake.until(lambda: bool(fake.faults.applied), PATIENCE)
            if was_sent:
                assert not await school.send(TEACHER, await school.form(TEACHER, draft.latest, FINISH), POND)
        gate.set()
        fake.faults.none()
        assert school.inbox(HEAD) == []
        async with serving(chat, tmp_path / "data") as program:
            if not was_sent:
                await described(chat)
            card = await school.card(HEAD, "Our new pond", "A pond with two ducks", button="Approve")
            await quiet(program)
            assert len(thumbnails(card)) == 1
            assert school.inboxes(HEAD, TEACHER) == [1, 1]
            assert (await post_of(program)).status is State.WAITING


async def test_a_restart_as_the_card_was_taken_brings_another_and_one_decision_counts(tmp_path: Path) -> None:
    async with teams() as chat:
        school, fake = School(chat), chat.teams
        async with serving(chat, tmp_path / "data", killed=True):
            await kept_draft(chat)
            await send(chat, phone_picture())
            fake.faults.next("send", Fault.ACCEPT_THEN_DROP)
            await described(chat)
            await school.card(HEAD, "Our new pond")
        before = [each for each in fake.inbox(HEAD) if "Our new pond" in each.shown_text()]
        async with serving(chat, tmp_path / "data") as program:
            await quiet(program)
            cards = [each for each in fake.inbox(HEAD) if "Our new pond" in each.shown_text()]
            assert len(before) <= len(cards) <= len(before) + 1, "Teams cannot be asked whether it arrived"
            for card in cards:
                assert [colour(each) for each in thumbnails(card)] == [(2, 0, 0)]
                await fake.press(HEAD, card, "Approve")
            await quiet(program)
            assert len((await post_of(program)).decisions) == 1


async def test_a_picture_that_comes_after_its_draft_was_sent_goes_to_a_draft_of_its_own(tmp_path: Path) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        school = School(chat)
        await kept_draft(chat)
        await send(chat, phone_picture())
        await described(chat)
        await school.card(HEAD, "Our new pond", button="Approve")
        said = await send(chat, ("late.jpg", phone_picture((0, 0, 200))))
        assert "“late.jpg” is in a new draft, P-2" in said
        assert "If it was meant for P-1, which you have sent: press Edit on it" in said
        await school.card(TEACHER, "P-2: a draft", "“late.jpg”. Not described yet.")
        assert [len(post.pictures) for post in await posts(program)] == [1, 1]
        assert school.inboxes(HEAD) == [1]


async def test_a_picture_that_comes_after_its_draft_was_withdrawn_goes_to_another(tmp_path: Path) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        school = School(chat)
        draft = await kept_draft(chat)
        await school.press(TEACHER, draft, "Withdraw")
        said = await send(chat, phone_picture())
        assert "in a new draft, P-2" in said
        assert "P-1" not in said
        assert [len(post.pictures) for post in await posts(program)] == [1, 0]
        assert school.inboxes(HEAD) == [0]


@pytest.mark.parametrize("was_sent", [False, True], ids=["a draft", "sent"])
async def test_withdrawn_while_its_picture_is_fetched_nothing_more_comes_of_it(
    tmp_path: Path, was_sent: bool
) -> None:
    gate = asyncio.Event()
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        fake, school = chat.teams, School(chat)
        draft = await kept_draft(chat)
        fake.faults.next("file", Fault.SLOW(gate))
        await send(chat, ("IMG_1.jpg", phone_picture()))
        await fake.until(lambda: bool(fake.faults.applied), PATIENCE)
        if was_sent:
            assert not await school.send(TEACHER, await school.form(TEACHER, draft.latest, FINISH), POND)
        said = "pictures are being checked" if was_sent else "It is being taken in."
        await school.press(TEACHER, await school.card(TEACHER, said, button="Withdraw"), "Withdraw")
        await school.card(TEACHER, "Withdrawn by its author.")
        gate.set()
        await quiet(program)
        assert (await post_of(program)).status is State.WITHDRAWN
        assert school.inboxes(HEAD, TEACHER) == [0, 1]


async def test_a_message_with_a_picture_that_is_delivered_again_counts_once(tmp_path: Path) -> None:
    async with teams() as chat:
        fake, folder = chat.teams, tmp_path / "data"
        async with serving(chat, folder) as program:
            sent = await fake.message(TEACHER, "draftpost Our new pond", files=[("IMG_1.jpg", phone_picture())])
            more = await fake.send_file(TEACHER, phone_picture((0, 0, 200)), "IMG_2.jpg")
            await School(chat).card(TEACHER, "“IMG_2.jpg”. Not described yet.", button=FINISH)
            await quiet(program)
            before = await posts(program)
            fetched = sum(call.method == "file" for call in fake.calls)
            for outcome in (sent, more) * 2:
                assert (await fake.again(outcome)).status == 200
            await quiet(program)
            assert await posts(program) == before
        async with serving(chat, folder) as program:
            for outcome in (sent, more) * 2:
                assert (await fake.again(outcome)).status == 200
            await quiet(program)
            assert await posts(program) == before
            assert [each.name for each in before[0].pictures] == ["IMG_1.jpg", "IMG_2.jpg"]
            assert sum(call.method == "file" for call in fake.calls) == fetched
            assert School(chat).inboxes(TEACHER) == [1]


async def test_two_people_send_pictures_at_once_and_each_has_their_own(tmp_path: Path) -> None:
    async with teams() as chat, serving(chat, tmp_path / "data") as program:
        fake = chat.teams
        await asyncio.gather(
            fake.send_file(TEACHER, phone_picture(), "tom.jpg"), fake.send_file(OWNER, phone_picture(), "olu.jpg")
        )
        await School(chat).card(TEACHER, "“tom.jpg”. Not described yet.")
        await School(chat).card(OWNER, "“olu.jpg”. Not described yet.")
        found = await posts(program)
        assert {post.author.rpartition(":")[2]: [each.name for each in post.pictures] for post in found} == {
            fake.object_id(TEACHER): ["tom.jpg"],
            fake.object_id(OWNER): ["olu.jpg"],
        }
