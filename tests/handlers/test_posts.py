"""A post's way through the handlers: who is told what, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cards.model import Copy, Difference, FileRef, Notice
from cards.text import plain
from handlers.request import Ask, Invalid, Nothing, Reply, Say, Show
from policy.picture import Arrived, Missing
from policy.post import State
from policy.record import Ref
from storage.rows import Errand
from tests.fakes.desk import Desk
from tests.fakes.school import COLLEAGUE, DEPUTY, HEAD, MONDAY, OWNER, TEACHER, identity


def said(reply: Reply) -> str:
    """The words of an answer, title and all."""
    assert isinstance(reply, Say), reply
    card = reply.card
    notices = (f"{each.text} {each.clause}" for each in card.body if isinstance(each, Notice))
    return " ".join((card.title, card.summary, *notices))


async def test_the_form_comes_with_the_text_that_was_typed(desk: Desk) -> None:
    reply = await desk.ask(TEACHER, "draftpost", text="Bake sale\u202e on Friday")
    assert isinstance(reply, Ask)
    assert reply.form.fields[0].value == "Bake sale on Friday"  # type: ignore[union-attr]
    assert [field.name for field in reply.form.fields] == ["text", "account", "planned"]


async def test_sent_it_goes_to_the_headteacher_and_its_author(desk: Desk) -> None:
    reply = await desk.ask(TEACHER, "post.new", fields={"text": "Hello", "account": "page"})
    assert "It is with Helen" in said(reply)
    assert await desk.sent() == [("post", TEACHER), ("post", HEAD)]


async def test_approved_the_author_and_the_accounts_owner_get_a_card_to_post_from(desk: Desk) -> None:
    post = await desk.write(TEACHER, "Exactly *this*, <b>please</b>")
    await desk.outbox()
    assert await desk.ask(HEAD, "post.approve", post) == Nothing()
    assert await desk.sent() == [("post.ready", TEACHER), ("post.ready", OWNER)]
    ready = await desk.see(OWNER, "post.ready", post)
    assert ready is not None
    copies = [each.text for each in ready.card.body if isinstance(each, Copy)]
    assert copies == ["Exactly *this*, <b>please</b>"]
    assert "Mark as posted" in [button.label for button in ready.card.buttons]


async def test_an_edit_after_approval_voids_it_and_shows_the_difference(desk: Desk) -> None:
    post = await desk.write(TEACHER, "Sports day is on Friday.")
    await desk.ask(HEAD, "post.approve", post)
    await desk.outbox()
    await desk.ask(TEACHER, "post.edit.send", post, fields={"text": "Sports day is on Monday.", "account": "page"})
    edited = await desk.post(post.id)
    assert (edited.status, edited.version, edited.approval) == (State.WAITING, 2, None)
    assert await desk.sent() == [("post", HEAD)]
    seen = await desk.see(HEAD, "post", post)
    assert seen is not None
    assert Difference("Text", "Sports day is on Friday.", "Sports day is on Monday.") in seen.card.body
    assert any("no longer counts" in each.text for each in seen.card.body if isinstance(each, Notice))
    ready = await desk.see(OWNER, "post.ready", post)
    assert ready is not None
    assert ready.card.buttons == ()
    assert "do not post" in ready.card.summary
    assert "not allowed" not in said(await desk.ask(OWNER, "post.posted", edited))


@pytest.mark.parametrize("verdict", ["post.approve", "post.changes.send"])
async def test_a_second_edit_hides_nothing_of_the_first_from_whoever_decided(desk: Desk, verdict: str) -> None:
    post = await desk.write(TEACHER, "Sports day is on Friday.")
    await desk.ask(HEAD, verdict, post, fields={"reason": "Which one?"})
    for text in ("Sports day is off.", "Sports day is off, sorry."):
        await desk.ask(TEACHER, "post.edit.send", await desk.post(post.id), fields={"text": text, "account": "page"})
    seen = await desk.see(HEAD, "post", post)
    assert seen is not None
    assert Difference("Text", "Sports day is on Friday.", "Sports day is off, sorry.") in seen.card.body
    assert "What changed since version 1, the last that was decided on" in plain(seen.card)


async def test_what_is_again_as_it_was_decided_on_is_said_to_be(desk: Desk) -> None:
    post = await desk.write(TEACHER, "Sports day is on Friday.")
    await desk.ask(HEAD, "post.approve", post)
    for text in ("Sports day is off.", "Sports day is on Friday."):
        await desk.ask(TEACHER, "post.edit.send", await desk.post(post.id), fields={"text": text, "account": "page"})
    seen = await desk.see(HEAD, "post", post)
    assert seen is not None
    assert "Nothing: it is as it was then." in plain(seen.card)
    assert "no longer counts" in plain(seen.card)


async def test_a_post_whose_approval_lapsed_and_that_is_sent_again_is_not_said_to_have_changed(desk: Desk) -> None:
    post = await desk.write(TEACHER, "Sports day is on Friday.")
    await desk.ask(HEAD, "post.approve", post)
    desk.now += timedelta(days=15)
    await desk.dispatch.due()
    lapsed = await desk.post(post.id)
    assert lapsed.status is State.EXPIRED
    fields = {"text": lapsed.content.text, "account": lapsed.content.account}
    await desk.ask(TEACHER, "post.edit.send", lapsed, fields=fields)
    seen = await desk.see(HEAD, "post", post)
    assert seen is not None
    assert "The approval of version 1 no longer counts" in plain(seen.card)
    assert "Nothing: it is as it was then." in plain(seen.card)
    assert "was changed" not in plain(seen.card)


async def test_a_decision_on_an_old_version_is_refused_with_the_new_one_shown(desk: Desk) -> None:
    post = await desk.write(TEACHER, "First")
    await desk.ask(TEACHER, "post.edit.send", post, fields={"text": "Second", "account": "page"})
    reply = await desk.ask(HEAD, "post.approve", post, version=1)
    assert "has changed since this card was drawn" in said(reply)
    assert isinstance(reply, Say)
    assert [button.version for button in reply.card.buttons if button.label == "Approve"] == [2]
    assert (await desk.post(post.id)).status is State.WAITING


async def test_a_press_without_a_version_decides_nothing(desk: Desk) -> None:
    post = await desk.write(TEACHER)
    await desk.ask(HEAD, "post.approve", Ref("post", post.id))
    assert (await desk.post(post.id)).status is State.WAITING


async def test_the_second_decider_is_told_who_decided(desk: Desk) -> None:
    post = await desk.write(HEAD)
    await desk.ask(DEPUTY, "post.approve", post)
    assert "already approved by Dev" in said(await desk.ask("dora", "post.reject", post))


async def test_changes_and_rejection_need_a_reason_which_the_author_reads(desk: Desk) -> None:
    post = await desk.write(TEACHER)
    for verb in ("post.changes.send", "post.reject.send"):
        reply = await desk.ask(HEAD, verb, post, fields={"reason": " \u200b "})
        assert isinstance(reply, Invalid)
        assert "reason" in reply.errors
    await desk.outbox()
    await desk.ask(HEAD, "post.changes.send", post, fields={"reason": "Say where."})
    assert await desk.sent() == [("post.decided", TEACHER)]
    told = await desk.see(TEACHER, "post.decided", post)
    assert told is not None
    assert "asked for changes" in told.card.summary


async def test_withdrawn_nobody_can_decide_any_more(desk: Desk) -> None:
    post = await desk.write(TEACHER)
    await desk.ask(TEACHER, "post.withdraw", post)
    assert "is withdrawn" in said(await desk.ask(HEAD, "post.approve", post))
    seen = await desk.see(HEAD, "post", post)
    assert seen is not None
    assert seen.card.buttons == ()


async def test_a_strangers_post_is_as_if_it_were_not_there(desk: Desk) -> None:
    post = await desk.write(TEACHER)
    nothing = said(await desk.ask(COLLEAGUE, "post.open", Ref("post", "P-999")))
    for verb in ("post.open", "post.history", "post.edit", "post.withdraw", "post.posted"):
        assert said(await desk.ask(COLLEAGUE, verb, post)) == nothing
    assert await desk.see(COLLEAGUE, "post", post) is None


async def test_posts_of_another_school_are_refused(desk: Desk) -> None:
    post = await desk.write(TEACHER)
    assert "another school" in said(await desk.ask(HEAD, "post.approve", post, school="elsewhere"))
    assert (await desk.post(post.id)).status is State.WAITING


async def test_a_redelivery_is_answered_again_and_has_one_effect(desk: Desk) -> None:
    fields = {"text": "Once", "account": "page"}
    await desk.ask(TEACHER, "post.new", key="view-1", fields=fields)
    for _ in range(3):
        again = await desk.ask(TEACHER, "post.new", key="view-1", fields=fields)
        assert isinstance(again, Show)
        assert again.record == Ref("post", "P-1")
    other = await desk.ask(TEACHER, "post.new", key="view-1", fields={"text": "Twice", "account": "page"})
    assert "already received as P-1" in said(other)
    assert len(await desk.outbox()) == 2


async def test_a_form_sent_back_with_errors_and_corrected_is_taken(desk: Desk) -> None:
    wrong = await desk.ask(TEACHER, "post.new", key="view-1", fields={"text": "  ", "account": "page"})
    assert isinstance(wrong, Invalid)
    assert set(wrong.errors) == {"text"}
    right = await desk.ask(TEACHER, "post.new", key="view-1", fields={"text": "Now it is here", "account": "page"})
    assert isinstance(right, Say)
    assert "P-1 is on its way" in said(right)


async def test_every_error_comes_back_at_once_by_field(desk: Desk) -> None:
    picture = FileRef("sandbox", "f1", "IMG_0001.jpg")
    fields = {
        "text": "x" * 400,
        "account": "short",
        "planned": MONDAY - timedelta(minutes=1),
        "picture_1": picture,
        "alt_1": "IMG_0001.jpg",
        "who_1": "pupils_unsure",
        "source": "unsure",
        "alt_2": "A description without its picture",
    }
    reply = await desk.ask(TEACHER, "post.new", fields=fields, payload={"pictures": "2"})
    assert isinstance(reply, Invalid)
    assert set(reply.errors) == {"text", "planned", "alt_1", "who_1", "source", "picture_2"}
    assert reply.values == fields


async def test_an_account_that_the_school_does_not_have_is_refused(desk: Desk) -> None:
    reply = await desk.ask(TEACHER, "post.new", fields={"text": "Hello", "account": "my-own"})
    assert isinstance(reply, Invalid)
    assert set(reply.errors) == {"account"}


PICTURE = {
    "text": "Our garden",
    "account": "page",
    "picture_1": FileRef("sandbox", "f1", "garden.jpg"),
    "alt_1": "Beans climbing up canes",
    "who_1": "nobody",
    "source": "ours",
}


async def test_no_card_reaches_the_head_before_the_pictures_are_clean(desk: Desk) -> None:
    await desk.ask(TEACHER, "post.new", fields=PICTURE, payload={"pictures": "1"})
    rows = await desk.outbox()
    assert [(row.task, row.view) for row in rows] == [(Errand.SEND, "post"), (Errand.FETCH, "")]
    assert (await desk.post("P-1")).status is State.FETCHING
    await desk.dispatch.arrived(Ref("post", "P-1"), 1, (Arrived("ab" * 32, 640, 480),))
    assert (await desk.post("P-1")).pictures[0].sha256 == "ab" * 32
    assert await desk.sent() == [("post", HEAD)]


async def test_a_picture_that_cannot_be_taken_is_told_to_its_author_only(desk: Desk) -> None:
    await desk.ask(TEACHER, "post.new", fields=PICTURE, payload={"pictures": "1"})
    await desk.outbox()
    await desk.dispatch.arrived(Ref("post", "P-1"), 1, (Missing("It is not a picture.", "Please choose another."),))
    assert (await desk.post("P-1")).status is State.DRAFT
    assert await desk.sent() == [("post.decided", TEACHER)]
    told = await desk.see(TEACHER, "post.decided", Ref("post", "P-1"))
    assert told is not None
    assert any("It is not a picture." in each.text for each in told.card.body if isinstance(each, Notice))


async def test_pictures_that_arrive_for_an_older_version_change_nothing(desk: Desk) -> None:
    await desk.ask(TEACHER, "post.new", fields=PICTURE, payload={"pictures": "1"})
    post = await desk.post("P-1")
    await desk.ask(TEACHER, "post.edit.send", post, fields={"text": "No picture now", "account": "page"})
    await desk.dispatch.arrived(Ref("post", "P-1"), 1, (Arrived("ab" * 32, 640, 480),))
    assert (await desk.post("P-1")).pictures == ()
    assert (await desk.post("P-1")).version == 2


async def test_a_picture_swapped_under_the_same_words_voids_the_approval(desk: Desk) -> None:
    await desk.ask(TEACHER, "post.new", fields=PICTURE, payload={"pictures": "1"})
    await desk.dispatch.arrived(Ref("post", "P-1"), 1, (Arrived("ab" * 32, 640, 480),))
    await desk.ask(HEAD, "post.approve", await desk.post("P-1"))
    approved = await desk.post("P-1")
    assert approved.approval is not None
    swapped = replace(approved.pictures[0], sha256="cd" * 32)
    forged = replace(approved, content=replace(approved.content, pictures=(swapped,)))
    assert forged.approval is None
    kept = {**PICTURE, "picture_1": FileRef("sandbox", "f2", "other.jpg"), "keep_1": "keep"}
    await desk.ask(TEACHER, "post.edit.send", approved, fields=kept, payload={"pictures": "1"})
    assert (await desk.post("P-1")).status is State.FETCHING
    assert (await desk.post("P-1")).approval is None


async def test_an_edit_can_keep_a_picture_or_take_it_out(desk: Desk) -> None:
    await desk.ask(TEACHER, "post.new", fields=PICTURE, payload={"pictures": "1"})
    await desk.dispatch.arrived(Ref("post", "P-1"), 1, (Arrived("ab" * 32, 640, 480),))
    post = await desk.post("P-1")
    kept = {**PICTURE, "text": "Our new garden", "picture_1": None, "keep_1": "keep"}
    await desk.ask(TEACHER, "post.edit.send", post, fields=kept, payload={"pictures": "1"})
    post = await desk.post("P-1")
    assert (post.status, post.pictures[0].sha256) == (State.WAITING, "ab" * 32)
    await desk.ask(TEACHER, "post.edit.send", post, fields={**kept, "keep_1": "remove"}, payload={"pictures": "1"})
    assert (await desk.post("P-1")).pictures == ()


async def test_only_a_real_address_is_taken_as_the_link(desk: Desk) -> None:
    post = await desk.write(TEACHER)
    await desk.ask(HEAD, "post.approve", post)
    for link in ("javascript:alert(1)", "nowhere", "https://", "https://[", "https://a b"):
        reply = await desk.ask(TEACHER, "post.posted.send", post, fields={"link": link})
        assert isinstance(reply, Invalid), link
    await desk.ask(OWNER, "post.posted.send", post, fields={"link": "https://example.org/1"})
    posted = await desk.post(post.id)
    assert (posted.status, posted.link) == (State.POSTED, "https://example.org/1")


async def test_the_audit_names_who_did_what_and_by_what_right_but_no_content(desk: Desk) -> None:
    post = await desk.write(TEACHER, "A secret surprise for Mrs Okafor")
    await desk.ask(HEAD, "post.approve", post)
    entries = [row.entry for row in await desk.audit()]
    assert [(entry.verb, entry.person.rpartition(":")[2]) for entry in entries] == [
        ("post.new", TEACHER),
        ("post.approve", HEAD),
    ]
    assert entries[1].authority == "headteacher"
    assert entries[1].fingerprint == (await desk.post(post.id)).fingerprint
    assert "secret" not in repr(entries)


async def test_my_posts_and_what_waits_for_me(desk: Desk) -> None:
    await desk.write(TEACHER, "From Tom")
    await desk.write(HEAD, "From Helen")
    assert "1 post of your own" in said(await desk.ask(TEACHER, "posts"))
    assert "1 post waits for you. 1 post of your own" in said(await desk.ask(HEAD, "posts"))
    assert "1 post waits for you. 0 posts" in said(await desk.ask(DEPUTY, "posts"))
    assert "0 posts of your own" in said(await desk.ask(COLLEAGUE, "posts"))


async def test_unknown_input_gets_the_short_list(desk: Desk) -> None:
    assert said(await desk.ask(TEACHER, "no-such-thing")) == said(await desk.ask(TEACHER, "exeat"))


async def test_the_short_list_has_what_the_viewer_may_use_each_once(desk: Desk) -> None:
    lists = [await desk.ask(who, "exeat") for who in (TEACHER, HEAD)]
    teachers, heads = (plain(each.card) for each in lists if isinstance(each, Say))
    for command in ("/holds", "/testalert", "/subjectaccess"):
        assert command in heads
        assert command not in teachers
    assert "/reportabuse or /concern: Raise a concern" in teachers


async def test_a_time_too_far_ahead_is_refused_in_words(desk: Desk) -> None:
    fields = {"text": "Later", "account": "page", "planned": datetime(9999, 12, 31, tzinfo=UTC)}
    reply = await desk.ask(TEACHER, "post.new", fields=fields)
    assert isinstance(reply, Invalid)
    assert "more than a year away" in reply.errors["planned"]


async def test_words_that_were_never_put_before_the_head_stay_the_authors(desk: Desk) -> None:
    await desk.ask(TEACHER, "post.new", fields=PICTURE, payload={"pictures": "1"})
    post = await desk.post("P-1")
    nothing = said(await desk.ask(HEAD, "post.open", Ref("post", "P-999")))
    for verb in ("post.open", "post.history", "post.approve"):
        assert said(await desk.ask(HEAD, verb, post)) == nothing
    await desk.dispatch.arrived(Ref("post", "P-1"), 1, (Missing("No.", "Another."),))
    again = {**PICTURE, "text": "A second secret"}
    await desk.ask(TEACHER, "post.edit.send", await desk.post("P-1"), fields=again, payload={"pictures": "1"})
    assert said(await desk.ask(HEAD, "post.open", await desk.post("P-1"))) == nothing


async def test_a_new_version_comes_to_the_head_when_its_pictures_are_clean(desk: Desk) -> None:
    post = await desk.write(TEACHER, "The first words")
    fields = {**PICTURE, "text": "The second words"}
    await desk.ask(TEACHER, "post.edit.send", post, fields=fields, payload={"pictures": "1"})
    for seen in (await desk.see(HEAD, "post", post), await desk.see(TEACHER, "post", post)):
        assert seen is not None
    head = await desk.see(HEAD, "post", post)
    assert head is not None
    assert "second words" not in repr(head.card)
    assert "second words" not in repr(await desk.ask(HEAD, "post.open", await desk.post(post.id)))


async def test_whoever_only_puts_it_up_does_not_read_its_history(desk: Desk) -> None:
    post = await desk.write(TEACHER, "Words that named a child")
    await desk.ask(HEAD, "post.changes.send", post, fields={"reason": "You named a child"})
    await desk.ask(TEACHER, "post.edit.send", post, fields={"text": "Better words", "account": "page"})
    post = await desk.post(post.id)
    await desk.ask(HEAD, "post.approve", post)
    reply = await desk.ask(OWNER, "post.history", post)
    assert "named a child" not in repr(reply)
    ready = await desk.see(OWNER, "post.ready", post)
    assert ready is not None
    assert "History" not in [button.label for button in ready.card.buttons]


async def test_a_stand_in_of_one_day_does_not_read_later_versions(desk: Desk) -> None:
    day = {"first": date(2027, 3, 1), "last": date(2027, 3, 1), "delegate": identity(COLLEAGUE)}
    await desk.ask(HEAD, "away.new", fields=day)
    post = await desk.write(TEACHER)
    await desk.ask(COLLEAGUE, "post.changes.send", post, fields={"reason": "Say where"})
    desk.now += timedelta(days=3)
    await desk.ask(TEACHER, "post.edit.send", post, fields={"text": "Later words", "account": "page"})
    assert await desk.see(COLLEAGUE, "post", post) is None


async def test_what_was_typed_against_an_older_version_is_given_back(desk: Desk) -> None:
    post = await desk.write(TEACHER, "First")
    await desk.ask(TEACHER, "post.edit.send", post, fields={"text": "Second", "account": "page"})
    typed = "A reason that took long to write"
    reply = await desk.ask(HEAD, "post.reject.send", post, version=1, fields={"reason": typed})
    assert isinstance(reply, Say)
    assert Copy(typed, "What you had typed") in reply.card.body
    assert "Approve" in [button.label for button in reply.card.buttons]


async def test_a_picture_that_could_not_be_taken_can_be_taken_out(desk: Desk) -> None:
    await desk.ask(TEACHER, "post.new", fields=PICTURE, payload={"pictures": "1"})
    await desk.dispatch.arrived(Ref("post", "P-1"), 1, (Missing("It is a HEIC.", "Please send a JPEG."),))
    post = await desk.post("P-1")
    form = await desk.ask(TEACHER, "post.edit", post)
    assert isinstance(form, Ask)
    assert "keep_1" in [field.name for field in form.form.fields]
    out = {"text": "Our garden", "account": "page", "keep_1": "remove"}
    await desk.ask(TEACHER, "post.edit.send", post, fields=out, payload={"pictures": "1"})
    assert (await desk.post("P-1")).status is State.WAITING


async def test_a_change_of_account_is_shown_by_name(desk: Desk) -> None:
    post = await desk.write(TEACHER, "Short enough for both")
    fields = {"text": "Short enough for both", "account": "short"}
    await desk.ask(TEACHER, "post.edit.send", post, fields=fields)
    seen = await desk.see(HEAD, "post", post)
    assert seen is not None
    assert Difference("Account", "Harbour page", "Harbour on X") in seen.card.body
