"""Drafts where forms hold no files: saved by a button, added to by pictures sent to the chat, sent by Send."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cards.model import Card, FileField, FileRef, Form, FormButton, Picture, Quote, Text
from cards.text import plain
from handlers.registry import FILES
from handlers.request import Ask, Invalid, Nothing, Reply, Say, Show
from policy.picture import Arrived, Missing
from policy.post import Post, State
from policy.record import Ref
from storage.contract import Outgoing, Task
from tests.fakes.desk import Desk
from tests.fakes.school import ADMIN, COLLEAGUE, DEPUTY, HEAD, OWNER, TEACHER, harbour, identity, known

TYPED = {"text": "We planted beans", "account": "page"}
HEIC = Missing("The picture “bad.heic” is in HEIC.", "Please send a JPEG.")


def sha(letter: str) -> Arrived:
    """A picture that came, told from others by a letter."""
    return Arrived(letter * 64, 640, 480)


def named(*names: str) -> dict[str, Any]:
    """Files as they come with a message."""
    return {f"file_{at}": FileRef("teams", f"https://files/{name}", name) for at, name in enumerate(names, 1)}


async def teams(desk: Desk, who: str, verb: str, post: Post | None = None, **more: Any) -> Reply:
    """What somebody gets back where forms can hold no file."""
    return await desk.ask(who, verb, post, attaches=False, **more)


async def pictures(desk: Desk, *names: str, who: str = TEACHER, **more: Any) -> Card:
    """Pictures sent to the chat, and what is said to that."""
    reply = await teams(desk, who, FILES, fields=named(*names), **more)
    assert isinstance(reply, Say), reply
    return reply.card


async def kept(desk: Desk, **typed: Any) -> Post:
    """A draft kept from the form."""
    await teams(desk, TEACHER, "post.keep", fields={**TYPED, **typed}, payload={"pictures": "0"})
    return await newest(desk)


async def newest(desk: Desk) -> Post:
    """The post made last."""
    async with desk.store.transaction("harbour") as tx:
        return (await tx.find(Post, limit=1))[0]


async def count(desk: Desk) -> int:
    """How many posts there are."""
    async with desk.store.transaction("harbour") as tx:
        return len(await tx.find(Post, limit=100))


async def arrive(desk: Desk, post: Post, *files: Arrived | Missing) -> Post:
    """What was fetched for that version of the post comes in."""
    await desk.dispatch.arrived(Ref("post", post.id), post.version, files)
    return await desk.post(post.id)


async def form_of(asked: Awaitable[Reply]) -> Form:
    """The form that is put before somebody."""
    reply = await asked
    assert isinstance(reply, Ask), reply
    return reply.form


def filled(form: Form, **typed: Any) -> dict[str, Any]:
    """What a form brings back: what stood in it, with what was typed over that."""
    return {field.name: getattr(field, "value", None) for field in form.fields} | typed


def said_of(*numbers: int) -> dict[str, str]:
    """What is to be said of pictures."""
    said = {f"alt_{number}": f"Beans climbing up cane {number}" for number in numbers}
    return {**said, **{f"who_{number}": "nobody" for number in numbers}, "source": "ours"}


async def sent_from(desk: Desk, form: Form, **typed: Any) -> Reply:
    """The form is sent as it was drawn."""
    return await desk.ask(
        TEACHER,
        form.verb,
        form.record,
        version=form.version,
        fields=filled(form, **typed),
        payload=dict(form.payload),
        attaches=False,
    )


async def card_of(desk: Desk, post: Post, who: str = TEACHER, view: str = "post") -> Card:
    """A card as somebody sees it now."""
    seen = await desk.see(who, view, post)
    assert seen is not None
    return seen.card


def fetches(rows: list[Outgoing]) -> list[tuple[str, int | None]]:
    """What is to be fetched: of which record, which version."""
    return [(row.record.id, row.version) for row in rows if row.task is Task.FETCH and row.record]


def labels(card: Card) -> list[str]:
    """What can be pressed."""
    return [button.label for button in card.buttons]


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
    assert [row.person for row in rows if row.task is Task.FETCH] == [str(identity(TEACHER))]


async def test_without_a_draft_the_pictures_begin_one(desk: Desk) -> None:
    card = await pictures(desk, "a.jpg", "b.jpg")
    assert card.summary == "Got it. “a.jpg” and “b.jpg” are in a new draft, P-1."
    post = await desk.post("P-1")
    assert (post.status, post.content.text) == (State.DRAFT, "")
    rows = await desk.outbox()
    assert fetches(rows) == [("P-1", 1)]
    assert [(row.view, row.person) for row in rows if row.task is Task.SEND] == [("post", str(identity(TEACHER)))]


async def test_pictures_beside_a_command_are_a_draft_of_both(desk: Desk) -> None:
    await kept(desk, text="Another draft")
    await desk.outbox()
    reply = await teams(desk, TEACHER, "draftpost", text="Bake sale\u202e on Friday", fields=named("cake.jpg"))
    assert isinstance(reply, Say)
    assert reply.card.summary == "Got it. “cake.jpg” is in a new draft, P-2."
    post = await desk.post("P-2")
    assert (post.status, post.content.text, len(post.pictures)) == (State.DRAFT, "Bake sale on Friday", 1)
    assert fetches(await desk.outbox()) == [("P-2", 1)]


async def test_nothing_that_is_a_file_is_said_to_be_none(desk: Desk) -> None:
    reply = await teams(desk, TEACHER, FILES, fields={"file_1": "a.jpg"})
    assert isinstance(reply, Say)
    assert reply.refused
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
    assert isinstance(opened, Say)
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


async def described(desk: Desk, *names: str) -> Form:
    """A draft with clean pictures, and its form."""
    await kept(desk)
    await pictures(desk, *names)
    post = await arrive(desk, await desk.post("P-1"), *(sha(letter) for letter in "abcd"[: len(names)]))
    await desk.outbox()
    return await form_of(teams(desk, TEACHER, "post.finish", post))


async def test_describe_and_send_asks_what_each_picture_shows_and_holds_no_file(desk: Desk) -> None:
    form = await described(desk, "a.jpg", "b.jpg")
    names = [field.name for field in form.fields]
    assert names == [
        *("text", "account", "planned", "keep_1", "alt_1", "who_1", "keep_2", "alt_2", "who_2"),
        *("source", "source_note"),
    ]
    assert not any(isinstance(field, FileField) for field in form.fields)
    assert [part.sha256 for part in form.parts if isinstance(part, Picture)] == ["a" * 64, "b" * 64]
    assert all(part.alt for part in form.parts if isinstance(part, Picture))
    assert form.send == "Send"


async def test_send_puts_the_draft_before_the_head_as_it_was_described(desk: Desk) -> None:
    form = await described(desk, "a.jpg", "b.jpg")
    reply = await sent_from(desk, form, **said_of(1, 2), text="We planted runner beans")
    assert isinstance(reply, Say)
    assert "It is with Helen" in reply.card.summary
    post = await desk.post("P-1")
    assert (post.status, post.content.text) == (State.WAITING, "We planted runner beans")
    assert [picture.alt for picture in post.pictures] == ["Beans climbing up cane 1", "Beans climbing up cane 2"]
    assert await desk.sent() == [("post", HEAD)]


async def test_what_is_not_described_is_asked_for_by_field(desk: Desk) -> None:
    form = await described(desk, "a.jpg")
    reply = await sent_from(desk, form)
    assert isinstance(reply, Invalid)
    assert set(reply.errors) == {"alt_1", "who_1", "source"}
    assert not any(isinstance(field, FileField) for field in reply.form.fields)
    assert (await desk.post("P-1")).status is State.DRAFT


async def test_sent_before_its_pictures_are_in_it_waits_for_them(desk: Desk) -> None:
    await kept(desk)
    await pictures(desk, "a.jpg", "b.jpg")
    draft = await desk.post("P-1")
    await desk.outbox()
    form = await form_of(teams(desk, TEACHER, "post.finish", draft))
    await sent_from(desk, form, **said_of(1, 2))
    post = await desk.post("P-1")
    assert post.status is State.FETCHING
    rows = await desk.outbox()
    assert fetches(rows) == [("P-1", post.version)]
    assert not [row for row in rows if row.task is Task.SEND]
    await arrive(desk, draft, sha("a"), sha("b"))
    assert await desk.post("P-1") == post
    done = await arrive(desk, post, sha("a"), sha("b"))
    assert (done.status, [picture.sha256 for picture in done.pictures]) == (State.WAITING, ["a" * 64, "b" * 64])
    assert [picture.alt for picture in done.pictures] == ["Beans climbing up cane 1", "Beans climbing up cane 2"]
    assert await desk.sent() == [("post", HEAD)]


async def test_sent_with_a_picture_that_cannot_be_taken_it_is_a_draft_of_the_others_again(desk: Desk) -> None:
    await kept(desk)
    await pictures(desk, "a.jpg", "bad.heic")
    form = await form_of(teams(desk, TEACHER, "post.finish", await desk.post("P-1")))
    await sent_from(desk, form, **said_of(1, 2))
    await desk.outbox()
    back = await arrive(desk, await desk.post("P-1"), sha("a"), HEIC)
    assert back.kept
    assert [(picture.name, picture.sha256) for picture in back.pictures] == [("a.jpg", "a" * 64)]
    assert await desk.sent() == [("post.decided", TEACHER)]
    card = await card_of(desk, back, view="post.decided")
    assert "It is left out." in plain(card)
    await pictures(desk, "good.jpg")
    assert [picture.name for picture in (await desk.post("P-1")).pictures] == ["a.jpg", "good.jpg"]


async def test_a_draft_that_was_withdrawn_takes_no_pictures_in(desk: Desk) -> None:
    await kept(desk)
    await pictures(desk, "a.jpg")
    post = await desk.post("P-1")
    assert await teams(desk, TEACHER, "post.withdraw", post) == Nothing()
    gone = await desk.post("P-1")
    await desk.outbox()
    for file in (sha("a"), HEIC):
        assert await arrive(desk, post, file) == gone
    assert await desk.sent() == []


async def test_a_picture_that_comes_while_the_form_is_open_is_asked_about_and_nothing_typed_is_lost(
    desk: Desk,
) -> None:
    form = await described(desk, "a.jpg")
    await pictures(desk, "late.jpg")
    reply = await sent_from(desk, form, **said_of(1), text="Typed meanwhile")
    assert isinstance(reply, Invalid)
    assert "has come since" in reply.errors["alt_2"]
    assert reply.values["alt_1"] == "Beans climbing up cane 1"
    assert reply.values["text"] == "Typed meanwhile"
    assert reply.form.payload["pictures"] == "2"
    post = await desk.post("P-1")
    assert (post.status, len(post.pictures)) == (State.DRAFT, 2)
    again = await sent_from(desk, reply.form, **{**reply.values, **said_of(1, 2)})
    assert isinstance(again, Say)
    assert len((await desk.post("P-1")).pictures) == 2


async def test_what_was_said_of_a_picture_stays_with_it_when_another_is_left_out_meanwhile(desk: Desk) -> None:
    await kept(desk)
    await pictures(desk, "bad.heic", "good.jpg")
    form = await form_of(teams(desk, TEACHER, "post.finish", await desk.post("P-1")))
    await arrive(desk, await desk.post("P-1"), HEIC, sha("b"))
    reply = await sent_from(desk, form, **said_of(1, 2))
    assert isinstance(reply, Invalid)
    assert "no longer there" in reply.errors["text"]
    assert "is in HEIC" in reply.errors["text"]
    assert reply.values["alt_1"] == "Beans climbing up cane 2"
    assert (await desk.post("P-1")).status is State.DRAFT
    again = await sent_from(desk, reply.form, **dict(reply.values))
    assert isinstance(again, Say)
    (picture,) = (await desk.post("P-1")).pictures
    assert (picture.name, picture.alt) == ("good.jpg", "Beans climbing up cane 2")


async def test_a_picture_marked_to_be_taken_out_may_have_gone_by_itself(desk: Desk) -> None:
    await kept(desk)
    await pictures(desk, "bad.heic", "good.jpg")
    form = await form_of(teams(desk, TEACHER, "post.finish", await desk.post("P-1")))
    await arrive(desk, await desk.post("P-1"), HEIC, sha("b"))
    assert isinstance(await sent_from(desk, form, **said_of(1, 2), keep_1="remove"), Say)
    assert [picture.name for picture in (await desk.post("P-1")).pictures] == ["good.jpg"]


async def test_a_picture_can_be_taken_out(desk: Desk) -> None:
    form = await described(desk, "a.jpg", "b.jpg")
    await sent_from(desk, form, **said_of(1, 2), keep_1="remove")
    assert [picture.alt for picture in (await desk.post("P-1")).pictures] == ["Beans climbing up cane 2"]


async def test_add_a_picture_in_the_drafts_form_keeps_everything_typed(desk: Desk) -> None:
    form = await described(desk, "a.jpg", "b.jpg")
    (button,) = [part for part in form.parts if isinstance(part, FormButton)]
    assert (button.label, button.verb) == ("Add another picture", "post.finish.keep")
    fields = filled(form, **said_of(1, 2), keep_2="remove", text="Typed")
    post = await desk.post("P-1")
    reply = await teams(desk, TEACHER, button.verb, post, fields=fields, payload=dict(form.payload))
    assert isinstance(reply, Say)
    assert "P-1 is kept as a draft. Send the picture here" in reply.card.summary
    after = await desk.post("P-1")
    assert (after.content.text, after.status) == ("Typed", State.DRAFT)
    assert [picture.alt for picture in after.pictures] == ["Beans climbing up cane 1"]
    form = await form_of(teams(desk, TEACHER, "post.finish", after))
    assert filled(form)["alt_1"] == "Beans climbing up cane 1"
    assert fetches(await desk.outbox()) == []


async def test_a_draft_that_is_kept_while_a_picture_is_on_its_way_has_it_fetched(desk: Desk) -> None:
    await kept(desk)
    await pictures(desk, "a.jpg")
    form = await form_of(teams(desk, TEACHER, "post.finish", await desk.post("P-1")))
    await desk.outbox()
    post = await desk.post("P-1")
    await teams(desk, TEACHER, "post.finish.keep", post, fields=filled(form), payload=dict(form.payload))
    after = await desk.post("P-1")
    assert fetches(await desk.outbox()) == [("P-1", after.version)]
    await arrive(desk, post, sha("a"))
    assert (await arrive(desk, after, sha("a"))).pictures[0].sha256 == "a" * 64


async def test_with_four_pictures_it_is_said_that_one_must_go_first(desk: Desk) -> None:
    form = await described(desk, "a.jpg", "b.jpg", "c.jpg", "d.jpg")
    post = await desk.post("P-1")
    reply = await teams(desk, TEACHER, "post.finish.keep", post, fields=filled(form), payload=dict(form.payload))
    assert isinstance(reply, Say)
    assert "take one of them out first" in reply.card.summary


async def test_the_draft_is_its_authors_alone(desk: Desk) -> None:
    form = await described(desk, "a.jpg")
    post = await desk.post("P-1")
    for who in (HEAD, DEPUTY, OWNER, COLLEAGUE, ADMIN):
        assert await desk.see(who, "post", post) is None
        nothing = await teams(desk, who, "post.open", post, version=99)
        assert isinstance(nothing, Say)
        for verb in ("post.finish", "post.finish.send", "post.finish.keep", "post.history", "post.approve"):
            reply = await desk.ask(who, verb, post, fields=filled(form), payload=dict(form.payload), attaches=False)
            assert isinstance(reply, Say), (who, verb)
            assert reply.card.title == nothing.card.title == "There is nothing here for you under that name."
        listed = await teams(desk, who, "posts")
        assert isinstance(listed, Say)
        assert "beans" not in repr(listed)
    assert await desk.post("P-1") == post


async def test_the_head_never_reads_what_stood_in_the_draft(desk: Desk) -> None:
    await kept(desk, text="A secret that was thought better of")
    await pictures(desk, "a.jpg")
    draft = await arrive(desk, await desk.post("P-1"), sha("a"))
    form = await form_of(teams(desk, TEACHER, "post.finish", draft))
    await sent_from(desk, form, **said_of(1), text="Better words")
    post = await desk.post("P-1")
    assert post.status is State.WAITING
    for reply in (await teams(desk, HEAD, "post.history", post), await teams(desk, HEAD, "post.open", post)):
        assert isinstance(reply, Say)
        assert "Better words" in repr(reply)
        assert "secret" not in repr(reply)
    card = await card_of(desk, post, HEAD)
    assert "secret" not in repr(card)
    assert "What changed" not in plain(card)
    assert "Version" not in plain(card)


async def test_a_draft_is_never_nagged_about(desk: Desk) -> None:
    await kept(desk, planned=desk.now + timedelta(days=1))
    await pictures(desk, "a.jpg")
    post = await arrive(desk, await desk.post("P-1"), sha("a"))
    await desk.outbox()
    assert post.next_due is None
    for _ in range(30):
        desk.now += timedelta(hours=23)
        await desk.dispatch.due()
    assert await desk.sent() == []
    assert await desk.post("P-1") == post


async def edit_form(desk: Desk, post: Post) -> Form:
    """The form of a post that was sent, where forms hold no files."""
    return await form_of(teams(desk, TEACHER, "post.edit", post))


async def test_a_post_that_waits_becomes_a_draft_only_when_a_picture_is_to_be_added(desk: Desk) -> None:
    post = await desk.write(TEACHER, "The first words")
    form = await edit_form(desk, post)
    assert form.verb == "post.edit.send"
    assert any(
        isinstance(part, Text) and "becomes a draft until you send it again" in part.text for part in form.parts
    )
    fields = filled(form, text="The second words")
    reply = await teams(desk, TEACHER, "post.edit.keep", post, fields=fields, payload=dict(form.payload))
    assert isinstance(reply, Say)
    assert "Nobody can decide on it until you send it again." in plain(reply.card)
    draft = await desk.post(post.id)
    assert (draft.status, draft.version) == (State.DRAFT, 2)
    card = await card_of(desk, draft, HEAD)
    assert not card.buttons
    assert "words" not in plain(card)
    assert "second" not in repr(await teams(desk, HEAD, "post.open", draft))
    assert "second" not in repr(await teams(desk, HEAD, "post.history", draft))
    refused = await teams(desk, HEAD, "post.approve", draft)
    assert isinstance(refused, Say)
    assert "is a draft" in refused.card.title


async def test_sent_again_the_head_sees_all_that_changed_since_they_last_read_it(desk: Desk) -> None:
    post = await desk.write(TEACHER, "The first words")
    form = await edit_form(desk, post)
    fields = filled(form, text="The second words")
    await teams(desk, TEACHER, "post.edit.keep", post, fields=fields, payload=dict(form.payload))
    await pictures(desk, "a.jpg")
    draft = await arrive(desk, await desk.post(post.id), sha("a"))
    form = await form_of(teams(desk, TEACHER, "post.finish", draft))
    await desk.outbox()
    await sent_from(desk, form, **said_of(1))
    again = await desk.post(post.id)
    assert (again.status, [edition.version for edition in again.earlier]) == (State.WAITING, [1])
    assert again.before is not None
    assert again.before.text == "The first words"
    shown = plain(await card_of(desk, again, HEAD))
    assert "What changed since the last version" in shown
    assert "The pictures were changed: 0 before, 1 now." in shown
    assert await desk.sent() == [("post", HEAD)]


async def test_adding_a_picture_to_an_approved_post_says_that_the_approval_goes(desk: Desk) -> None:
    post = await desk.write(TEACHER)
    await desk.ask(HEAD, "post.approve", post)
    approved = await desk.post(post.id)
    form = await edit_form(desk, approved)
    assert any(isinstance(part, Text) and "its approval no longer counts" in part.text for part in form.parts)
    reply = await teams(desk, TEACHER, "post.edit.keep", approved, fields=filled(form), payload=dict(form.payload))
    assert isinstance(reply, Say)
    assert "Its approval no longer counts." in plain(reply.card)
    assert (await desk.post(post.id)).approval is None
    assert not (await card_of(desk, approved, OWNER, "post.ready")).buttons


async def test_a_post_sent_back_for_changes_can_be_given_a_picture_without_a_word_of_warning(desk: Desk) -> None:
    post = await desk.write(TEACHER)
    await desk.ask(HEAD, "post.changes.send", post, fields={"reason": "Add a picture"})
    back = await desk.post(post.id)
    form = await edit_form(desk, back)
    assert not any(isinstance(part, Text) for part in form.parts)
    await teams(desk, TEACHER, "post.edit.keep", back, fields=filled(form), payload=dict(form.payload))
    card = await card_of(desk, back)
    assert labels(card) == ["Describe and send", "Withdraw", "History"]
    assert "What Helen asked for" in plain(card)


async def test_an_edit_from_an_older_version_becomes_no_draft(desk: Desk) -> None:
    post = await desk.write(TEACHER, "First")
    form = await edit_form(desk, post)
    await desk.ask(TEACHER, "post.edit.send", post, fields={"text": "Second", "account": "page"})
    await teams(desk, TEACHER, "post.edit.keep", post, fields=filled(form), payload=dict(form.payload))
    assert (await desk.post(post.id)).content.text == "Second"
    assert (await desk.post(post.id)).status is State.WAITING


async def test_an_edit_keeps_the_pictures_of_a_post_that_was_sent(desk: Desk) -> None:
    form = await described(desk, "a.jpg")
    await sent_from(desk, form, **said_of(1))
    post = await desk.post("P-1")
    form = await edit_form(desk, post)
    assert not any(isinstance(field, FileField) for field in form.fields)
    assert filled(form)["alt_1"] == "Beans climbing up cane 1"
    await sent_from(desk, form, text="Other words")
    after = await desk.post("P-1")
    assert (after.status, after.content.text, after.pictures) == (State.WAITING, "Other words", post.pictures)
    assert [edition.version for edition in after.earlier] == [post.version]


async def test_where_forms_hold_files_nothing_is_different(desk: Desk) -> None:
    form = await form_of(desk.ask(TEACHER, "draftpost"))
    assert [part.verb for part in form.parts if isinstance(part, FormButton)] == ["post.more"]
    assert form.payload == {"pictures": "0"}
    more = await form_of(desk.ask(TEACHER, "post.more", payload={"pictures": "1"}))
    assert any(isinstance(field, FileField) for field in more.fields)
    post = await desk.write(TEACHER)
    edit = await form_of(desk.ask(TEACHER, "post.edit", post))
    assert [part.verb for part in edit.parts if isinstance(part, FormButton)] == ["post.edit.more"]


async def test_a_draft_can_be_finished_where_forms_hold_files(desk: Desk) -> None:
    await described(desk, "a.jpg")
    post = await desk.post("P-1")
    form = await form_of(desk.ask(TEACHER, "post.finish", post))
    assert form.verb == "post.edit.send"
    assert all(part.alt for part in form.parts if isinstance(part, Picture))
    fields = filled(form, **said_of(1))
    await desk.ask(TEACHER, form.verb, post, fields=fields, payload=dict(form.payload))
    assert (await desk.post("P-1")).status is State.WAITING


async def test_a_draft_kept_on_one_account_is_added_to_from_another_of_the_same_person(desk: Desk) -> None:
    post = await kept(desk)
    elsewhere = known(TEACHER, platform="teams", tenant="T1")
    await desk.dispatch.met(elsewhere)
    await desk.ask(elsewhere.identity, FILES, fields=named("a.jpg"), attaches=False)
    assert len((await desk.post(post.id)).pictures) == 1


async def test_a_school_with_one_account_has_it_chosen(desk: Desk) -> None:
    desk.dispatch.school = desk.school = replace(desk.school, accounts=harbour().accounts[:1])
    await pictures(desk, "a.jpg")
    assert (await desk.post("P-1")).content.account == "page"
