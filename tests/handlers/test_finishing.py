"""From a draft to a post that is read, where forms hold no files: described, sent, and changed again."""

from dataclasses import replace
from datetime import timedelta

from cards.model import FileField, FormButton, Picture, Text
from cards.text import plain
from handlers.entries import FILES
from handlers.request import Invalid, Nothing, Say, Show
from policy.post import State
from storage.rows import Errand
from tests.fakes.desk import Desk
from tests.fakes.school import ADMIN, COLLEAGUE, DEPUTY, HEAD, OWNER, TEACHER, harbour, known
from tests.handlers.drafting import (
    HEIC,
    arrive,
    card_of,
    described,
    edit_form,
    fetches,
    filled,
    form_of,
    kept,
    labels,
    named,
    pictures,
    said_of,
    sent_from,
    sha,
    teams,
)


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
    assert [field.name for field in form.fields if not field.required] == ["text", "planned", "source_note"]
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
    assert not [row for row in rows if row.task is Errand.SEND]
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
        assert isinstance(reply, Say | Show)
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
    assert again.before.content.text == "The first words"
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
