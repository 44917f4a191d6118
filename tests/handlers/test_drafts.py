"""Drafts where forms hold no files: saved by a button, added to by pictures sent to the chat."""

import asyncio
from datetime import timedelta

from cards.model import FormButton, Picture, Quote, Text
from cards.text import plain
from handlers.entries import FILES
from handlers.request import Invalid, Say, Show
from policy.picture import Missing
from policy.post import State
from policy.record import Ref
from storage.rows import Errand
from tests.fakes.desk import Desk
from tests.fakes.school import COLLEAGUE, HEAD, TEACHER, identity
from tests.handlers.drafting import (
    HEIC,
    TYPED,
    arrive,
    card_of,
    count,
    fetches,
    filled,
    form_of,
    kept,
    labels,
    named,
    newest,
    pictures,
    sha,
    teams,
)


async def test_the_form_has_no_place_for_a_picture_and_a_button_for_one(desk: Desk) -> None:
    form = await form_of(teams(desk, TEACHER, "draftpost", text="Bake sale"))
    assert [field.name for field in form.fields] == ["text", "account", "planned"]
    assert (form.verb, form.send) == ("post.new", "Send")
    assert [(part.label, part.verb) for part in form.parts if isinstance(part, FormButton)] == [
        ("Add a picture", "post.keep")
    ]


async def test_a_text_post_is_one_box_and_send(desk: Desk) -> None:
    reply = await teams(desk, TEACHER, "post.new", fields=TYPED, payload={"pictures": "0"})
    assert isinstance(reply, Say)
    assert "It is with Helen" in reply.card.summary
    assert await desk.sent() == [("post", TEACHER), ("post", HEAD)]


async def test_a_form_with_errors_comes_back_without_places_for_files(desk: Desk) -> None:
    reply = await teams(desk, TEACHER, "post.new", fields={**TYPED, "text": " "}, payload={"pictures": "0"})
    assert isinstance(reply, Invalid)
    assert set(reply.errors) == {"text"}
    assert "post.keep" in [part.verb for part in reply.form.parts if isinstance(part, FormButton)]


async def test_the_button_keeps_what_was_typed_and_asks_for_the_picture(desk: Desk) -> None:
    planned = desk.now + timedelta(days=1)
    reply = await teams(desk, TEACHER, "post.keep", fields={**TYPED, "planned": planned}, payload={"pictures": "0"})
    assert isinstance(reply, Say)
    assert "P-1 is kept as a draft. Send the picture here in this chat" in reply.card.summary
    assert "paperclip" in reply.card.summary
    post = await desk.post("P-1")
    assert (post.status, post.content.text, post.content.planned) == (State.DRAFT, "We planted beans", planned)
    assert await desk.sent() == [("post", TEACHER)]


async def test_an_empty_text_and_no_account_may_be_kept(desk: Desk) -> None:
    await teams(desk, TEACHER, "post.keep", fields={"text": "", "account": ""}, payload={"pictures": "0"})
    post = await desk.post("P-1")
    assert (post.status, post.content.text, post.content.account) == (State.DRAFT, "", "")
    card = await card_of(desk, post)
    assert "not chosen yet" in plain(card)
    assert "no longer has" not in plain(card)
    listed = await teams(desk, TEACHER, "posts")
    assert isinstance(listed, Say)
    assert "no longer has" not in plain(listed.card)


async def test_the_button_pressed_twice_keeps_one_draft(desk: Desk) -> None:
    for _ in range(2):
        reply = await teams(desk, TEACHER, "post.keep", key="card-1", fields=TYPED)
    assert isinstance(reply, Show)
    assert reply.record == Ref("post", "P-1")
    assert await count(desk) == 1


async def test_a_picture_goes_to_the_draft_and_is_fetched_at_once(desk: Desk) -> None:
    post = await kept(desk)
    await desk.outbox()
    card = await pictures(desk, "garden.jpg")
    assert card.summary == "Got it. “garden.jpg” is with P-1."
    assert labels(card) == ["Describe and send"]
    after = await desk.post(post.id)
    assert (after.version, [picture.name for picture in after.pictures]) == (2, ["garden.jpg"])
    assert after.content.text == "We planted beans"
    rows = await desk.outbox()
    assert fetches(rows) == [("P-1", 2)]
    assert [row.person for row in rows if row.task is Errand.FETCH] == [str(identity(TEACHER))]


async def test_without_a_draft_the_pictures_begin_one(desk: Desk) -> None:
    card = await pictures(desk, "a.jpg", "b.jpg")
    assert card.summary == "Got it. “a.jpg” and “b.jpg” are in a new draft, P-1."
    post = await desk.post("P-1")
    assert (post.status, post.content.text) == (State.DRAFT, "")
    rows = await desk.outbox()
    assert fetches(rows) == [("P-1", 1)]
    assert [(row.view, row.person) for row in rows if row.task is Errand.SEND] == [("post", str(identity(TEACHER)))]


async def test_pictures_beside_a_command_are_a_draft_of_both(desk: Desk) -> None:
    await kept(desk, text="Another draft")
    await desk.outbox()
    reply = await teams(desk, TEACHER, "draftpost", text="Bake sale\u202e on Friday", fields=named("cake.jpg"))
    assert isinstance(reply, Say)
    assert reply.card.summary == ("Got it. “cake.jpg” is in a new draft, P-2. Your words are the text of the post.")
    post = await desk.post("P-2")
    assert (post.status, post.content.text, len(post.pictures)) == (State.DRAFT, "Bake sale on Friday", 1)
    assert fetches(await desk.outbox()) == [("P-2", 1)]


async def test_words_sent_with_a_picture_begin_the_draft_with_it(desk: Desk) -> None:
    card = await pictures(desk, "cake.jpg", text="Bake sale\u202e on Friday")
    assert card.summary == ("Got it. “cake.jpg” is in a new draft, P-1. Your words are the text of the post.")
    post = await desk.post("P-1")
    assert (post.content.text, [picture.name for picture in post.pictures]) == ("Bake sale on Friday", ["cake.jpg"])
    form = await form_of(teams(desk, TEACHER, "post.finish", post))
    assert filled(form)["text"] == "Bake sale on Friday"


async def test_words_sent_with_a_picture_are_the_text_of_a_draft_that_has_none(desk: Desk) -> None:
    await pictures(desk, "a.jpg")
    card = await pictures(desk, "b.jpg", text="Bake sale\u202e on Friday")
    assert "Your words are the text of the post." in card.summary
    post = await desk.post("P-1")
    assert (post.content.text, len(post.pictures)) == ("Bake sale on Friday", 2)


async def test_words_are_taken_also_where_the_picture_is_one_too_many(desk: Desk) -> None:
    await pictures(desk, "a.jpg", "b.jpg", "c.jpg", "d.jpg")
    reply = await teams(desk, TEACHER, FILES, text="Bake sale", fields=named("e.jpg"))
    assert isinstance(reply, Say)
    assert not reply.refused
    assert "was left out" in reply.card.summary
    assert (await desk.post("P-1")).content.text == "Bake sale"


async def test_words_sent_to_a_draft_with_a_text_are_handed_back_and_change_nothing_of_it(desk: Desk) -> None:
    await kept(desk)
    card = await pictures(desk, "a.jpg", text="Other *words*\nof mine")
    assert "Your words were not taken, as P-1 has a text already." in card.summary
    assert [each.text for each in card.body if isinstance(each, Quote)] == ["Other *words*\nof mine"]
    post = await desk.post("P-1")
    assert (post.content.text, len(post.pictures)) == ("We planted beans", 1)
    card = await pictures(desk, "a.jpg", text="We planted beans")
    assert not [each for each in card.body if isinstance(each, Quote)]


async def test_nothing_that_is_a_file_is_said_to_be_none(desk: Desk) -> None:
    reply = await teams(desk, TEACHER, FILES, text="Bake sale", fields={"file_1": "a.jpg"})
    assert isinstance(reply, Say)
    assert reply.refused
    assert [each.text for each in reply.card.body if isinstance(each, Quote)] == ["Bake sale"]
    assert await count(desk) == 0


async def test_a_fifth_picture_is_left_out_by_name(desk: Desk) -> None:
    await kept(desk)
    card = await pictures(desk, "a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg")
    assert "“d.jpg” are with P-1. “e.jpg” was left out: a post takes 4 pictures" in card.summary
    assert [picture.name for picture in (await desk.post("P-1")).pictures] == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
    before = await desk.post("P-1")
    reply = await teams(desk, TEACHER, FILES, fields=named("f.jpg", "g.jpg"))
    assert isinstance(reply, Say)
    assert reply.refused
    assert "“f.jpg” and “g.jpg” were left out" in reply.card.summary
    assert await desk.post("P-1") == before
    assert await count(desk) == 1


async def test_a_message_delivered_again_adds_nothing(desk: Desk) -> None:
    await kept(desk)
    for _ in range(3):
        reply = await teams(desk, TEACHER, FILES, key="teams:1", fields=named("a.jpg"))
    assert isinstance(reply, Show)
    await pictures(desk, "a.jpg", key="teams:1-under-another-key")
    post = await desk.post("P-1")
    assert (post.version, len(post.pictures)) == (2, 1)


async def test_pictures_sent_at_the_same_moment_are_all_in_one_draft(desk: Desk) -> None:
    for turn in range(20):
        names = [f"{letter}{turn}.jpg" for letter in "abcdefghij"]
        await asyncio.gather(*(pictures(desk, name) for name in names))
        post = await newest(desk)
        assert await count(desk) == turn + 1
        assert len({picture.name for picture in post.pictures}) == 4
        await teams(desk, TEACHER, "post.withdraw", post)


async def test_a_picture_goes_to_the_draft_that_was_kept_last_not_to_the_one_made_last(desk: Desk) -> None:
    first = await desk.write(TEACHER, "The first")
    await kept(desk, text="The second")
    desk.now += timedelta(minutes=5)
    form = await form_of(teams(desk, TEACHER, "post.edit", await desk.post(first.id)))
    await teams(
        desk, TEACHER, "post.edit.keep", await desk.post(first.id), fields=filled(form), payload=dict(form.payload)
    )
    await pictures(desk, "a.jpg")
    assert len((await desk.post(first.id)).pictures) == 1
    assert (await desk.post("P-2")).pictures == ()


async def test_a_picture_never_goes_to_somebody_elses_draft(desk: Desk) -> None:
    await kept(desk)
    await pictures(desk, "a.jpg", who=COLLEAGUE)
    assert (await desk.post("P-1")).pictures == ()
    assert (await desk.post("P-2")).author == str(identity(COLLEAGUE))


async def test_after_the_draft_was_sent_or_withdrawn_a_picture_begins_another_and_says_so(desk: Desk) -> None:
    await desk.write(TEACHER, "Sent already")
    card = await pictures(desk, "a.jpg")
    assert "in a new draft, P-2" in card.summary
    assert "If it was meant for P-1, which you have sent: press Edit on it, then Add a picture" in plain(card)
    assert (await desk.post("P-1")).pictures == ()
    await teams(desk, TEACHER, "post.withdraw", await desk.post("P-2"))
    card = await pictures(desk, "b.jpg")
    assert "in a new draft, P-3" in card.summary
    assert "meant for" not in plain(card)
    assert [picture.name for picture in (await desk.post("P-2")).pictures] == ["a.jpg"]


async def test_the_draft_has_a_card_with_the_state_of_each_picture(desk: Desk) -> None:
    await kept(desk)
    await pictures(desk, "a.jpg")
    post = await arrive(desk, await desk.post("P-1"), sha("a"))
    await pictures(desk, "b.jpg")
    card = await card_of(desk, post)
    assert [each.text for each in card.body if isinstance(each, Quote)] == ["We planted beans"]
    shown = [each for each in card.body if isinstance(each, Picture)]
    assert [(each.sha256, bool(each.alt)) for each in shown] == [("a" * 64, True)]
    assert "Picture 2: “b.jpg”. It is being taken in." in plain(card)
    assert labels(card) == ["Describe and send", "Withdraw"]
    opened = await teams(desk, TEACHER, "post.open", await desk.post("P-1"))
    assert isinstance(opened, Show)
    assert labels(opened.card) == ["Describe and send", "Withdraw"]


async def test_pictures_come_in_whatever_the_order_and_none_is_lost_or_doubled(desk: Desk) -> None:
    await kept(desk)
    await pictures(desk, "a.jpg")
    first = await desk.post("P-1")
    await pictures(desk, "b.jpg")
    second = await desk.post("P-1")
    assert fetches(await desk.outbox()) == [("P-1", 2), ("P-1", 3)]
    await arrive(desk, first, sha("a"))
    assert await desk.post("P-1") == second
    done = await arrive(desk, second, sha("a"), sha("b"))
    assert [picture.sha256 for picture in done.pictures] == ["a" * 64, "b" * 64]
    assert (done.status, done.version) == (State.DRAFT, 3)
    for late in (first, second):
        await arrive(desk, late, *(sha("a"), sha("b"))[: len(late.pictures)])
    assert await desk.post("P-1") == done
    assert await desk.sent() == []


async def test_a_picture_that_cannot_be_taken_is_left_out_and_its_author_told_why(desk: Desk) -> None:
    await kept(desk)
    await pictures(desk, "a.jpg", "bad.heic", "c.jpg")
    await desk.outbox()
    after = await arrive(desk, await desk.post("P-1"), sha("a"), HEIC, sha("c"))
    assert [picture.name for picture in after.pictures] == ["a.jpg", "c.jpg"]
    assert all(picture.cleaned for picture in after.pictures)
    assert (after.status, after.version) == (State.DRAFT, 3)
    assert await desk.sent() == [("post.decided", TEACHER)]
    for view in ("post.decided", "post"):
        card = await card_of(desk, after, view=view)
        assert "“bad.heic” is in HEIC. It is left out. Please send a JPEG." in plain(card)
    assert labels(await card_of(desk, after, view="post.decided")) == ["Describe and send"]
    assert "Press Edit" not in plain(await card_of(desk, after, view="post.decided"))


async def test_why_a_picture_was_left_out_is_not_forgotten_when_the_next_one_comes(desk: Desk) -> None:
    await kept(desk)
    await pictures(desk, "bad.heic")
    await arrive(desk, await desk.post("P-1"), HEIC)
    await pictures(desk, "good.jpg")
    assert "is in HEIC" in plain(await card_of(desk, await desk.post("P-1"), view="post.decided"))
    after = await arrive(desk, await desk.post("P-1"), sha("a"))
    assert [picture.name for picture in after.pictures] == ["good.jpg"]


async def test_why_each_picture_was_left_out_is_said_until_the_draft_is_kept_again(desk: Desk) -> None:
    await kept(desk)
    for name in ("bad", "worse"):
        await pictures(desk, f"{name}.heic")
        await arrive(desk, await desk.post("P-1"), Missing(f"“{name}.heic” is in HEIC.", "Send a JPEG."))
    post = await desk.post("P-1")
    assert "“bad.heic”" in post.trouble
    assert "“worse.heic”" in post.trouble
    form = await form_of(teams(desk, TEACHER, "post.finish", post))
    await teams(desk, TEACHER, "post.finish.keep", post, fields=filled(form), payload=dict(form.payload))
    assert (await desk.post("P-1")).trouble == ""


async def test_the_form_says_which_picture_is_not_in_it_yet(desk: Desk) -> None:
    await kept(desk)
    await pictures(desk, "a.jpg")
    form = await form_of(teams(desk, TEACHER, "post.finish", await desk.post("P-1")))
    assert [part.text for part in form.parts if isinstance(part, Text)] == [
        "Not taken in yet: “a.jpg”. You can describe it all the same."
    ]


async def test_a_form_that_holds_no_files_has_no_place_for_one_whatever_comes_back(desk: Desk) -> None:
    reply = await teams(desk, TEACHER, "post.new", fields={**TYPED, "text": ""}, payload={"pictures": "3"})
    assert isinstance(reply, Invalid)
    assert [field.name for field in reply.form.fields] == ["text", "account", "planned"]


async def test_a_picture_pasted_without_a_name_is_spoken_of_all_the_same(desk: Desk) -> None:
    card = await pictures(desk, "")
    assert card.summary == "Got it. The picture is in a new draft, P-1."
    assert "“”" not in plain(await card_of(desk, await desk.post("P-1")))
