"""Slack's way in, over signed HTTP against the stand-in: commands, forms, presses, home, events, and trouble."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.slack import SlackEdge
from bot.slack.translate import typed
from policy.people import Person, Standing
from policy.post import State
from tests.fakes.school import HEAD, TEACHER
from tests.fakes.slack import Fault
from tests.fakes.slack_desk import Failing, SlackDesk, slack_desk, user

TOM, HELEN = user(TEACHER), user(HEAD)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[SlackDesk]:
    async with slack_desk(tmp_path / "data") as desk:
        yield desk


async def drafted(desk: SlackDesk, text: str = "We won the race") -> None:
    """A post that the teacher has sent."""
    asked = await desk.slack.command(TOM, "/draftpost")
    form = await asked.opened()
    sent = await desk.slack.submit(TOM, form, {"Text": text, "Account": "Harbour page"})
    assert (sent.problem, sent.errors) == ("", {})


async def test_a_command_is_answered_to_the_person_alone(desk: SlackDesk) -> None:
    asked = await desk.slack.command(TOM, "/posts")
    assert (asked.status, asked.problem) == (200, "")
    assert asked.ephemeral is not None
    assert asked.ephemeral.ephemeral_to == TOM
    assert asked.ephemeral.text


async def test_a_command_opens_a_form_with_what_was_typed_after_it(desk: SlackDesk) -> None:
    asked = await desk.slack.command(TOM, "/draftpost", "Fish & chips <today> https://x.example @helen")
    assert (asked.status, asked.body) == (200, "")
    form = await asked.opened()
    assert form.value("Text") == "Fish & chips <today> https://x.example @helen"


async def test_a_form_is_taken_and_answered_by_a_receipt(desk: SlackDesk) -> None:
    asked = await desk.slack.command(TOM, "/draftpost")
    form = await asked.opened()
    sent = await desk.slack.submit(TOM, form, {"Text": "*We* <!channel> won", "Account": "Harbour page"})
    assert (sent.status, sent.problem, sent.response_action) == (200, "", "update")
    assert "Helen" in form.shown_text()
    assert form.submit_label == ""
    assert [post.content.text for post in await desk.posts()] == ["*We* <!channel> won"]


async def test_a_form_sent_twice_counts_once(desk: SlackDesk) -> None:
    asked = await desk.slack.command(TOM, "/draftpost")
    form = await asked.opened()
    sent = await desk.slack.submit(TOM, form, {"Text": "We won", "Account": "Harbour page"})
    again = await desk.slack.again(sent)
    assert again.status == 200
    assert len(await desk.posts()) == 1
    assert (again.json or {})["response_action"] == "update"


async def test_a_form_with_an_error_stays_open_and_is_taken_when_corrected(desk: SlackDesk) -> None:
    asked = await desk.slack.command(TOM, "/draftpost")
    form = await asked.opened()
    wrong = await desk.slack.submit(TOM, form, {"Text": "x" * 400, "Account": "Harbour on X"})
    assert list(wrong.labelled_errors) == ["Text"]
    assert await desk.posts() == []
    right = await desk.slack.submit(TOM, form, {"Text": "Short"})
    assert (right.problem, right.errors, right.response_action) == ("", {}, "update")
    assert len(await desk.posts()) == 1


async def test_a_button_in_a_form_gives_it_another_shape_and_keeps_what_was_typed(desk: SlackDesk) -> None:
    asked = await desk.slack.command(TOM, "/draftpost")
    form = await asked.opened()
    await desk.slack.fill(TOM, form, {"Text": "A picture comes"})
    pressed = await desk.slack.press(TOM, form, "Add a picture")
    assert pressed.status == 200
    await desk.slack.until(lambda: "Picture 1: the file" in form.fields())
    assert form.value("Text") == "A picture comes"
    assert len(desk.slack.modals(TOM)) == 1


async def test_a_press_on_a_card_decides_and_the_second_press_is_told(desk: SlackDesk) -> None:
    await drafted(desk)
    cards = await desk.deliver()
    card = next(each for each in cards if each.channel == desk.slack.direct(HELEN))
    assert card.live_entities() == []
    pressed = await desk.slack.press(HELEN, card, "Approve")
    assert (pressed.status, pressed.body) == (200, "")
    assert (await desk.posts())[0].status is State.APPROVED
    await desk.slack.press(HELEN, card, "Approve")
    told = await desk.slack.until(lambda: desk.slack.ephemerals)
    assert told[-1].ephemeral_to == HELEN
    assert told[-1].channel == desk.slack.direct(HELEN)


async def test_the_same_press_delivered_four_times_has_one_effect(desk: SlackDesk) -> None:
    await drafted(desk)
    card = next(each for each in await desk.deliver() if each.channel == desk.slack.direct(HELEN))
    pressed = await desk.slack.press(HELEN, card, "Approve")
    for _ in range(3):
        assert (await desk.slack.again(pressed)).status == 200
    assert len((await desk.posts())[0].decisions) == 1


async def test_a_press_that_needs_words_opens_a_form(desk: SlackDesk) -> None:
    await drafted(desk)
    card = next(each for each in await desk.deliver() if each.channel == desk.slack.direct(HELEN))
    form = await (await desk.slack.press(HELEN, card, "Reject")).opened()
    assert "We won the race" in form.shown_text()
    sent = await desk.slack.submit(HELEN, form, {"The reason": "It names a pupil."})
    assert (sent.problem, sent.response_action) == ("", "clear")
    assert desk.slack.modals(HELEN) == []
    assert (await desk.posts())[0].status is State.REJECTED


async def test_an_expired_trigger_is_told_once_and_not_retried(desk: SlackDesk) -> None:
    desk.slack.faults.next("views.open", Fault.API_ERROR("expired_trigger_id"))
    await desk.slack.command(TOM, "/draftpost")
    told = await desk.slack.until(lambda: desk.slack.ephemerals)
    assert "Please try again" in told[0].shown_text()
    assert [call.method for call in desk.slack.calls].count("views.open") == 1


async def test_a_press_where_exeat_is_not_a_member_is_answered_in_its_own_conversation(desk: SlackDesk) -> None:
    await drafted(desk)
    desk.slack.add_channel("C0STAFF", "staffroom", (TOM,))
    asked = await desk.slack.command(TOM, "/posts", channel="C0STAFF")
    assert asked.ephemeral is not None
    await desk.slack.press(TOM, asked.ephemeral, "Open")
    told = await desk.slack.until(lambda: desk.slack.inbox(TOM))
    assert "We won the race" in told[-1].shown_text()


async def test_an_answer_with_a_picture_too_new_for_slack_comes_without_it(desk: SlackDesk) -> None:
    desk.slack.faults.next("chat.postEphemeral", Fault.API_ERROR("invalid_blocks"))
    await desk.slack.say(TOM, "posts")
    [told] = await desk.slack.until(lambda: desk.slack.ephemerals)
    assert "Posts" in told.shown_text()


async def test_a_command_shows_a_new_picture_after_its_acknowledgement_and_a_known_one_in_it(desk: SlackDesk) -> None:
    form = await (await desk.slack.command(TOM, "/logcomment")).opened()
    sent = await desk.slack.submit(TOM, form, {"Text": "When does term begin?", "Account": "Harbour page"})
    assert (sent.problem, sent.errors) == ("", {})
    first = await desk.slack.command(HELEN, "/comments", "stats")
    assert (first.status, first.body, first.ephemeral) == (200, "", None)
    [told] = await desk.slack.until(lambda: desk.slack.ephemerals)
    assert told.ephemeral_to == HELEN
    again = await desk.slack.command(HELEN, "/comments", "stats")
    assert again.ephemeral is not None
    for shown in (told, again.ephemeral):
        [image] = [block for block in shown.blocks if block["type"] == "image"]
        assert "Harbour page: Mar 2027: 1 comment with time left" in image["alt_text"]
        assert desk.slack.files[image["slack_file"]["id"]].content.startswith(b"\x89PNG")
    assert [call.method for call in desk.slack.calls].count("files.completeUploadExternal") == 1


async def test_home_is_drawn_when_opened_and_again_after_doing_something(desk: SlackDesk) -> None:
    assert (await desk.slack.open_home(TOM)).status == 200
    first = await desk.slack.until(lambda: desk.slack.home(TOM))
    drawings = len(first.history)
    await drafted(desk)
    await desk.slack.until(lambda: len(first.history) > drawings)
    assert "We won the race" in first.shown_text()


async def test_a_press_in_home_shows_the_card_in_a_modal_where_it_can_be_decided(desk: SlackDesk) -> None:
    await drafted(desk)
    await desk.slack.open_home(HELEN)
    tab = await desk.slack.until(lambda: desk.slack.home(HELEN))
    shown = await (await desk.slack.press(HELEN, tab, "Open")).opened()
    assert "We won the race" in shown.shown_text()
    await desk.slack.press(HELEN, shown, "Approve")
    await desk.slack.until(lambda: "Approve" not in shown.buttons())
    assert (await desk.posts())[0].status is State.APPROVED


async def test_words_typed_to_exeat_are_a_command_or_a_cry_for_help(desk: SlackDesk) -> None:
    for words in ("posts", "/posts", "POSTS"):
        await desk.slack.say(TOM, words)
    await desk.slack.say(TOM, "hello there")
    told = await desk.slack.until(lambda: desk.slack.ephemerals if len(desk.slack.ephemerals) == 4 else None)
    lost = [each.shown_text() for each in told if "no command that Exeat knows" in each.shown_text()]
    assert ["/draftpost" in each for each in lost] == [True]
    await desk.slack.say(TOM, "draftpost Bake sale on Friday")
    offer = await desk.slack.until(lambda: desk.slack.ephemerals if len(desk.slack.ephemerals) == 5 else None)
    form = await (await desk.slack.press(TOM, offer[-1], "Open /draftpost")).opened()
    assert form.value("Text") == "Bake sale on Friday"


async def test_a_mention_in_a_channel_is_answered_to_the_person_alone(desk: SlackDesk) -> None:
    desk.slack.add_channel("C0STAFF", "staffroom", (TOM, desk.slack.bot_user))
    words = f"<@{desk.slack.bot_user}> posts"
    mention = {"type": "app_mention", "channel": "C0STAFF", "user": TOM, "text": words, "ts": "1.1"}
    assert (await desk.slack.event(mention)).status == 200
    [told] = await desk.slack.until(lambda: desk.slack.ephemerals)
    assert (told.channel, told.ephemeral_to) == ("C0STAFF", TOM)
    assert "Posts" in told.shown_text()


async def test_a_concern_in_a_channel_is_not_taken_and_nobody_else_is_told(desk: SlackDesk) -> None:
    desk.slack.add_channel("C0STAFF", "staffroom", (TOM, desk.slack.bot_user))
    words = f"<@{desk.slack.bot_user}> concern Mr Quokka shouts"
    mention = {"type": "app_mention", "channel": "C0STAFF", "user": TOM, "text": words, "ts": "1.1"}
    assert (await desk.slack.event(mention)).status == 200
    [told] = await desk.slack.until(lambda: desk.slack.ephemerals)
    assert (told.channel, told.ephemeral_to) == ("C0STAFF", TOM)
    assert "Please delete what you wrote after the command." in told.shown_text()
    assert "Quokka" not in told.shown_text()
    assert told.buttons() == ["Open"]


async def test_exeat_does_not_answer_itself(desk: SlackDesk) -> None:
    event = {"type": "message", "channel_type": "im", "channel": "D1", "user": TOM, "text": "posts", "ts": "1.1"}
    for more in ({"bot_id": "B0BOT"}, {"subtype": "message_changed"}, {"subtype": "message_deleted"}):
        assert (await desk.slack.event({**event, **more})).status == 200
    await desk.edge.close()
    assert desk.slack.ephemerals == []


async def test_people_are_kept_up_to_date_by_events(desk: SlackDesk) -> None:
    await desk.slack.change_user(TOM, guest=True)
    async with desk.store.transaction("harbour") as tx:
        found = await tx.find(Person, key=f"identity:{desk.identity(TEACHER)}")
    assert found[0].accounts[0].standing is Standing.GUEST
    refused = await desk.slack.command(TOM, "/draftpost")
    assert refused.ephemeral is not None
    assert "own staff" in refused.ephemeral.shown_text()


@pytest.mark.parametrize("who", ["guest", "bot", "deleted", "external", "unknown", "outsider"])
async def test_whoever_is_not_staff_is_refused_kindly(desk: SlackDesk, who: str) -> None:
    extras = {"guest": {"guest": True}, "bot": {"bot": True}, "deleted": {"deleted": True}}
    if who != "unknown":
        team = {"external_team": "T9OTHER"} if who == "external" else extras.get(who, {})
        address = "x@elsewhere.example" if who == "outsider" else "x@harbour.example"
        desk.slack.add_user("U0X", "Xan", address, **team)
    asked = await desk.slack.command("U0X", "/draftpost", overrides={"user_name": "x"})
    assert asked.status == 200
    assert asked.ephemeral is not None
    assert asked.view is None


async def test_another_workspace_is_refused_kindly_and_nothing_is_done(desk: SlackDesk) -> None:
    asked = await desk.slack.command(TOM, "/posts", overrides={"team_id": "T9OTHER"})
    assert asked.ephemeral is not None
    assert "another workspace" in asked.ephemeral.shown_text()
    grid = await desk.slack.command(TOM, "/posts", overrides={"is_enterprise_install": "true"})
    assert grid.ephemeral is not None
    assert "another workspace" in grid.ephemeral.shown_text()
    form = await (await desk.slack.command(TOM, "/draftpost")).opened()
    other = {"team": {"id": "T9OTHER", "domain": "other"}}
    sent = await desk.slack.submit(TOM, form, {"Text": "x", "Account": "Harbour page"}, overrides=other)
    assert sent.response_action == "update"
    assert (await desk.slack.event({"type": "team_join"}, overrides={"team_id": "T9OTHER"})).status == 200
    assert await desk.posts() == []


async def test_a_forged_or_garbled_press_is_refused_kindly(desk: SlackDesk) -> None:
    await drafted(desk)
    card = next(each for each in await desk.deliver() if each.channel == desk.slack.direct(HELEN))
    button = next(b for b in card.blocks[-1]["elements"] if b["text"]["text"] == "Approve")
    action = {"action_id": button["action_id"], "block_id": "b", "type": "button", "action_ts": "1.1"}
    garbled = ("", "null", "[]", "{}", '{"s":"harbour","v":99,"k":"post","i":"P-999"}', '{"s":"other","v":1}')
    for value in garbled:
        overrides = {"actions": [{**action, "value": value}]}
        assert (await desk.slack.press(HELEN, card, "Approve", overrides=overrides)).status == 200
    teacher = await desk.slack.press(TOM, card, "Approve")
    assert teacher.status == 200
    await desk.edge.close()
    told = len(desk.slack.ephemerals) + len(desk.slack.inbox(TOM))
    assert told >= len(garbled)
    assert (await desk.posts())[0].status is State.WAITING


STRANGE = [
    {},
    {"type": "event_callback"},
    {"type": "event_callback", "team_id": "T0SCHOOL"},
    {"type": "event_callback", "team_id": "T0SCHOOL", "event": {}},
    {"type": "event_callback", "team_id": "T0SCHOOL", "event": {"type": 7}},
    {"type": "event_callback", "team_id": "T0SCHOOL", "event": {"type": "message", "channel_type": "im"}},
    {"type": "event_callback", "team_id": "T0SCHOOL", "event": {"type": "app_home_opened", "tab": "home"}},
    {"type": "event_callback", "team_id": "T0SCHOOL", "event": {"type": "user_change", "user": {}}},
    {"type": "event_callback", "team_id": "T0SCHOOL", "event": {"type": "user_change", "user": "U1"}},
    {"type": "event_callback", "team_id": "T0SCHOOL", "event": "x"},
    {"type": "block_actions", "team": {"id": "T0SCHOOL"}},
    {"type": "block_actions", "team": {"id": "T0SCHOOL"}, "actions": []},
    {"type": "block_actions", "team": "x", "user": "y", "actions": "z"},
    {"type": "block_actions", "team": {"id": "T0SCHOOL"}, "actions": [{"type": "button", "action_id": "x"}]},
    {"type": "view_submission", "team": {"id": "T0SCHOOL"}, "user": {"id": "U0TOM"}, "view": {}},
    {"type": "view_submission", "team": {"id": "T0SCHOOL"}, "view": {"callback_id": "x", "private_metadata": "7"}},
    {"type": "shortcut", "team": {"id": "T0SCHOOL"}},
    {"command": "/posts", "team_id": "T0SCHOOL"},
    {"team": 5, "enterprise": 6, "user": 7},
]


@pytest.mark.parametrize("body", STRANGE, ids=range(len(STRANGE)))
async def test_a_signed_but_senseless_body_never_fails_the_server(desk: SlackDesk, body: dict[str, object]) -> None:
    answer = await desk.slack.raw(json.dumps(body).encode(), content_type="application/json")
    assert answer.status in (200, 400, 404)
    assert "Traceback" not in answer.body


async def test_when_the_store_fails_people_are_told_and_events_are_asked_for_again(desk: SlackDesk) -> None:
    form = await (await desk.slack.command(TOM, "/draftpost")).opened()
    desk.dispatch.store = Failing()  # type: ignore[assignment]
    asked = await desk.slack.command(TOM, "/posts")
    assert asked.ephemeral is not None
    assert "Nothing was saved" in asked.ephemeral.shown_text()
    sent = await desk.slack.submit(TOM, form, {"Text": "Kept", "Account": "Harbour page"})
    assert "Nothing was saved" in sent.labelled_errors["Text"]
    assert form.value("Text") == "Kept"
    assert (await desk.slack.say(TOM, "posts")).status == 503
    assert (await desk.slack.change_user(TOM, guest=True)).status == 503


async def test_no_body_reaches_the_log(desk: SlackDesk, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "quokka"
    await desk.slack.command(TOM, "/draftpost", secret)
    form = await (await desk.slack.command(TOM, "/draftpost", secret)).opened()
    await desk.slack.submit(TOM, form, {"Text": secret, "Account": "Harbour page"})
    await desk.slack.say(TOM, secret)
    await desk.slack.raw(secret.encode(), secret="wrong")
    await desk.slack.raw(b"{" + secret.encode(), content_type="application/json")
    await desk.slack.raw(b'{"type":"shortcut","callback_id":"quokka"}', content_type="application/json")
    desk.slack.faults.next("views.open", Fault.ERROR_500)
    await desk.slack.command(TOM, "/draftpost", secret)
    await desk.edge.close()
    out = capsys.readouterr()
    assert "turned away" in out.out + out.err
    assert secret not in out.out + out.err


async def test_without_a_signing_secret_nothing_is_served_over_http(desk: SlackDesk) -> None:
    with pytest.raises(ValueError, match="SLACK_SIGNING_SECRET"):
        SlackEdge(desk.dispatch, desk.surface).routes()


async def test_before_the_workspace_is_known_nobody_is_served(desk: SlackDesk) -> None:
    desk.surface.team = ""
    asked = await desk.slack.command(TOM, "/posts", overrides={"team_id": ""})
    assert asked.ephemeral is not None
    assert "another workspace" in asked.ephemeral.shown_text()


@pytest.mark.parametrize(
    ("sent", "typed_by_them"),
    [
        ("fish &amp; chips &lt;b&gt;", "fish & chips <b>"),
        ("ask <@U02|helen> in <#C1|general>", "ask @helen in #general"),
        ("see <https://x.example/a?b=1>", "see https://x.example/a?b=1"),
        ("see <http://x.example|x.example>", "see x.example"),
        ("write to <mailto:a@x.example|a@x.example>", "write to a@x.example"),
        ("hello <!channel> <!subteam^S1|@office>", "hello @channel @office"),
        ("&amp;lt; stays", "&lt; stays"),
    ],
)
def test_what_slack_escapes_comes_back_as_it_was_typed(sent: str, typed_by_them: str) -> None:
    assert typed(sent) == typed_by_them


async def test_slack_may_verify_the_request_url(desk: SlackDesk) -> None:
    body = b'{"type":"url_verification","challenge":"abc","token":"t"}'
    answer = await desk.slack.raw(body, content_type="application/json")
    assert (answer.status, answer.json) == (200, {"challenge": "abc"})


async def test_a_form_that_is_refused_stays_open_with_what_was_typed(desk: SlackDesk) -> None:
    await drafted(desk)
    (card,) = [each for each in await desk.deliver() if "Approve" in each.buttons()]
    opened = await desk.slack.press(user(HEAD), card, "Reject")
    form = await opened.opened()
    await desk.slack.press(user(HEAD), card, "Approve")
    sent = await desk.slack.submit(user(HEAD), form, {form.fields()[0]: "A reason that took long to write"})
    assert sent.response_action == "errors"
    assert "already approved" in " ".join(sent.errors.values())
    assert desk.slack.modals(user(HEAD)) == [form]
    assert form.value(form.fields()[0]) == "A reason that took long to write"
