"""The Teams stand-in against a very small app: what people do, what the app is sent, and what they see of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date, time

import pytest

from tests.fakes.teams import Answer, FakeTeams, HeldBack, SomethingWentWrong, answers
from tests.fakes.teams.echo import Echo, card, drawn, echo, execute, message, window, words
from tests.fakes.teams.fields import Value
from tests.fakes.teams.wire import Json

TEXT: Json = {
    "type": "Input.Text",
    "id": "text",
    "label": "Text",
    "isRequired": True,
    "errorMessage": "Please write something.",
    "maxLength": 20,
}
ACCOUNT: Json = {
    "type": "Input.ChoiceSet",
    "id": "account~choice",
    "label": "Account",
    "choices": [{"title": "Harbour page", "value": "harbour"}, {"title": "X", "value": "x"}],
}
FORM = card(
    {"type": "TextBlock", "text": "Draft a **post**"},
    TEXT,
    ACCOUNT,
    {"type": "Input.Date", "id": "when~day", "label": "When"},
    {"type": "Input.Time", "id": "when~time", "label": "At", "value": "09:00"},
    {
        "type": "Input.ChoiceSet",
        "id": "who~person",
        "label": "Who",
        "choices": [],
        "choices.data": {"type": "Data.Query", "dataset": "graph.microsoft.com/users"},
    },
    actions=(execute("Send", "post", exeat={"v": 1}),),
)
OPEN: Json = {
    "type": "Action.Submit",
    "title": "Open",
    "data": {"exeat": {"v": 1}, "msteams": {"type": "task/fetch"}},
}
IN_DIALOG = card(TEXT, actions=({"type": "Action.Submit", "title": "Send", "data": {"exeat": {"d": 1}}},))
RECEIPT = card({"type": "TextBlock", "text": "Sent"})


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with FakeTeams() as standin:
        standin.add_user("ann", "Ann Teacher", "ann@school.example")
        standin.add_user("ben", "Ben Head", "ben@school.example")
        yield standin


@pytest.fixture
async def app(teams: FakeTeams) -> AsyncIterator[Echo]:
    async with echo(teams) as listening:
        yield listening


async def shown(teams: FakeTeams, app: Echo, content: Json, name: str = "ann") -> Json:
    """Puts a card into somebody's chat; what was sent."""
    if not teams.users[name].installed:
        await teams.install(name)
    activity = message(content)
    await app.send(name, activity)
    return activity


async def test_ids_belong_to_one_tenant_and_one_name(teams: FakeTeams) -> None:
    async with FakeTeams() as other:
        other.add_user("ann", "Ann Teacher", "ann@school.example")
        for ask in (FakeTeams.object_id, FakeTeams.conversation, lambda standin, name: standin.users[name].id):
            assert ask(teams, "ann") == ask(teams, "ann")
            assert len({ask(teams, "ann"), ask(teams, "ben"), ask(other, "ann")}) == 3
    async with FakeTeams(tenant=teams.tenant) as again:
        assert again.object_id("ann") == teams.object_id("ann")
    assert teams.add_user("cy", "Cy", "cy@school.example", object_id="given").object_id == "given"
    assert teams.object_id("cy") == "given"


async def test_a_message_and_its_echo(teams: FakeTeams, app: Echo) -> None:
    outcome = await teams.command("ann", "/draftpost sports day & <b>more</b>")
    sent = app.seen[-1]
    assert sent["text"] == "/draftpost sports day &amp; &lt;b&gt;more&lt;/b&gt;"
    assert sent["from"] == {"id": teams.users["ann"].id, "name": "Ann Teacher", "aadObjectId": teams.object_id("ann")}
    assert sent["conversation"]["id"] == teams.conversation("ann")
    assert sent["channelData"]["tenant"]["id"] == sent["conversation"]["tenantId"] == teams.tenant
    assert (sent["channelId"], sent["serviceUrl"]) == ("msteams", teams.url)
    assert sent["attachments"][0]["contentType"] == "text/html"
    assert app.claims[-1]["serviceurl"] == teams.url
    answer = await outcome.answered()
    assert answer.shown_text() == "/draftpost sports day & <b>more</b>"
    assert teams.inbox("ann") == [answer]
    assert [each.sender for each in teams.history("ann")] == ["ann", ""]
    assert teams.inbox("ben") == []


async def test_mentions_and_channels(teams: FakeTeams, app: Echo) -> None:
    await teams.message("ann", "help", mention=True)
    said: Json = {"id": teams.bot_id, "name": "Exeat"}
    mention = {"type": "mention", "mentioned": said, "text": "<at>Exeat</at>"}
    assert app.seen[-1]["text"] == "<at>Exeat</at> help"
    assert mention in app.seen[-1]["entities"]
    await teams.message("ann", "help", channel="staff room")
    sent = app.seen[-1]
    assert mention in sent["entities"]
    assert sent["conversation"]["conversationType"] == "channel"
    assert sent["conversation"]["id"].endswith(f"@thread.tacv2;messageid={sent['id']}")
    assert sent["channelData"]["teamsChannelId"] == sent["conversation"]["id"].partition(";")[0]
    (post,) = teams.channel("staff room")
    assert post.conversation == sent["conversation"]["id"]
    assert teams.channel("elsewhere") == []
    teams.add_channel("heads", group=True)
    await teams.message("ben", "help", channel="heads")
    assert app.seen[-1]["conversation"]["conversationType"] == "groupChat"
    assert len(teams.channel("heads")) == 1
    assert len(teams.inbox("ann")) == 1


async def test_adding_and_removing_the_app(teams: FakeTeams, app: Echo) -> None:
    await teams.install("ann")
    added, event = app.seen
    assert (added["type"], added["action"]) == ("installationUpdate", "add")
    assert event["type"] == "conversationUpdate"
    assert {each["id"] for each in event["membersAdded"]} == {teams.bot_id, teams.users["ann"].id}
    await teams.uninstall("ann")
    removed, event = app.seen[2:]
    assert (removed["action"], event["membersRemoved"]) == ("remove", [{"id": teams.bot_id}])
    with pytest.raises(LookupError):
        await teams.message("ann", "hello")


async def test_a_form_is_filled_by_its_labels(teams: FakeTeams, app: Echo) -> None:
    await shown(teams, app, FORM)
    (form,) = teams.inbox("ann")
    assert form.fields() == ["Text", "Account", "When", "At", "Who"]
    assert form.buttons() == ["Send"]
    assert form.shown_text().startswith("Draft a post\nText\nAccount\nHarbour page\nX\nWhen\nAt\n09:00\nWho\n[Send]")
    app.answers = [words("Too short, please write more."), drawn(RECEIPT)]
    values: dict[str, Value] = {
        "Text": "We won",
        "Account": "Harbour page",
        "When": date(2026, 3, 2),
        "At": time(8, 5),
        "Who": "Ben Head",
    }
    refused = await teams.submit("ann", form, values)
    invoke = app.seen[-1]
    assert (invoke["name"], invoke["replyToId"]) == ("adaptiveCard/action", form.id)
    assert invoke["value"]["action"] == {
        "type": "Action.Execute",
        "title": "Send",
        "verb": "post",
        "data": {
            "exeat": {"v": 1},
            "text": "We won",
            "account~choice": "harbour",
            "when~day": "2026-03-02",
            "when~time": "08:05",
            "who~person": teams.object_id("ben"),
        },
    }
    assert refused.toast == "Too short, please write more."
    assert teams.toasts("ann") == [refused.toast]
    assert (form.value("Text"), form.edits) == ("We won", 0)
    done = await teams.submit("ann", form, {"Text": "We won again"})
    assert done.card is not None
    assert form.shown_text() == "Sent"
    assert (form.seen_by("ben").fields(), form.edits) == (FORM_FIELDS, 1)
    with pytest.raises(LookupError, match="0 fields"):
        await teams.submit("ann", form, {"Text": "again"})


FORM_FIELDS = ["Text", "Account", "When", "At", "Who"]


async def test_an_update_replaces_for_good_and_old_screens_can_be_pressed(teams: FakeTeams, app: Echo) -> None:
    await shown(teams, app, card(actions=(execute("Approve", id="P-1"),)))
    (post,) = teams.inbox("ann")
    app.answers = [drawn(RECEIPT), words("Somebody was faster.")]
    await teams.press("ann", post, "Approve")
    await app.ask(
        "PUT", app.place("ann", f"activities/{post.id}"), message(card({"type": "TextBlock", "text": "Over"}))
    )
    assert [version.shown_text() for version in post.versions] == ["[Approve]", "Sent", "Over"]
    assert [version.only_for for version in post.versions] == ["", "ann", ""]
    stale = await teams.press("ann", post.versions[0], "Approve")
    assert stale.toast == "Somebody was faster."
    assert app.seen[-1]["value"]["action"]["data"] == {"id": "P-1"}
    with pytest.raises(LookupError, match="ben does not see"):
        await teams.press("ben", post, "Approve")
    await app.ask("DELETE", app.place("ann", f"activities/{post.id}"))
    assert teams.inbox("ann") == []


async def test_the_fallback_is_a_message_with_a_value(teams: FakeTeams, app: Echo) -> None:
    await shown(teams, app, FORM)
    (form,) = teams.inbox("ann")
    app.on_message = lambda activity: None
    await teams.submit("ann", form, {"Text": "We won"}, legacy=True)
    sent = app.seen[-1]
    assert (sent["type"], sent["replyToId"], sent.get("text")) == ("message", form.id, None)
    assert sent["value"] == {"exeat": {"v": 1}, "text": "We won", "when~day": "", "when~time": "09:00"}
    assert form.edits == 0


async def test_the_client_holds_a_form_back(teams: FakeTeams, app: Echo) -> None:
    await shown(teams, app, FORM)
    (form,) = teams.inbox("ann")
    before = len(app.seen)
    for bad, why in ((None, "Please write something."), ("x" * 21, "No more than 20 characters can be typed.")):
        with pytest.raises(HeldBack) as held:
            await teams.submit("ann", form, {"Text": bad})
        assert held.value.errors == {"Text": why}
    with pytest.raises(LookupError, match="no option"):
        teams.fill("ann", form, {"Account": "MySpace"})
    with pytest.raises(LookupError, match="nobody"):
        teams.fill("ann", form, {"Who": "Zoe"})
    assert len(app.seen) == before


async def test_a_dialog(teams: FakeTeams, app: Echo) -> None:
    await shown(teams, app, card(actions=(OPEN,)))
    (opener,) = teams.inbox("ann")
    app.answers = [
        window(IN_DIALOG, "Report"),
        window(IN_DIALOG, "Once more"),
        {"task": {"type": "message", "value": "Done."}},
    ]
    opened = await teams.press("ann", opener, "Open")
    fetch = app.seen[-1]
    assert (fetch["name"], fetch["value"]["data"]) == ("task/fetch", OPEN["data"])
    (dialog,) = teams.dialogs("ann")
    assert opened.dialog is dialog
    assert dialog.shown_text() == "Report\nText\n[Send]"
    with pytest.raises(HeldBack):
        await teams.submit("ann", dialog)
    await teams.submit("ann", dialog, {"Text": "Something"})
    assert app.seen[-1]["name"] == "task/submit"
    assert app.seen[-1]["value"]["data"] == {"exeat": {"d": 1}, "text": "Something"}
    assert (dialog.title, dialog.value("Text"), len(dialog.cards)) == ("Once more", None, 2)
    done = await teams.submit("ann", dialog, {"Text": "Something"})
    assert (done.toast, dialog.said, teams.dialogs("ann")) == ("Done.", "Done.", [])
    with pytest.raises(LookupError, match="closed"):
        await teams.submit("ann", dialog)
    assert len(teams.history("ann")) == 1


async def test_dialogs_close_quietly(teams: FakeTeams, app: Echo) -> None:
    await shown(teams, app, card(actions=(OPEN,)))
    (opener,) = teams.inbox("ann")
    app.answers = [window(IN_DIALOG), window(IN_DIALOG), ""]
    await teams.press("ann", opener, "Open")
    before = len(app.seen)
    teams.close("ann", teams.dialogs("ann")[0])
    assert (teams.dialogs("ann"), len(app.seen)) == ([], before)
    await teams.press("ann", opener, "Open")
    await teams.submit("ann", teams.dialogs("ann")[0], {"Text": "x"})
    assert teams.dialogs("ann") == []


BAD_CARD = card({"type": "Marquee"})


@pytest.mark.parametrize(
    "answer",
    [
        500,
        204,
        "",
        "[]",
        {},
        words(""),
        {**words("x"), "statusCode": 500},
        {**words("x"), "statusCode": "200"},
        {**words("x"), "value": {}},
        drawn(BAD_CARD),
        drawn({**RECEIPT, "version": "1.2"}),
        {"statusCode": 200, "type": "application/vnd.microsoft.error", "value": {"code": "x", "message": "y"}},
        window(IN_DIALOG),
    ],
)
async def test_an_action_answered_badly_is_something_went_wrong(
    teams: FakeTeams, app: Echo, answer: Json | str | int
) -> None:
    await shown(teams, app, card(actions=(execute("Go"),)))
    app.answers = [answer]
    (message,) = teams.inbox("ann")
    with pytest.raises(SomethingWentWrong):
        await teams.press("ann", message, "Go")
    assert (message.edits, teams.toasts("ann")) == (0, [])


@pytest.mark.parametrize(
    "answer",
    [
        500,
        "",
        words("x"),
        window(BAD_CARD),
        window(IN_DIALOG, ""),
        {"task": {"type": "continue", "value": {"title": "x", "url": "https://x.example"}}},
        {"task": {"type": "message", "value": ""}},
        {"task": {"type": "popup", "value": "x"}},
        {"task": "x"},
    ],
)
async def test_a_dialog_answered_badly_is_something_went_wrong(
    teams: FakeTeams, app: Echo, answer: Json | str | int
) -> None:
    await shown(teams, app, card(actions=(OPEN,)))
    app.answers = [answer]
    with pytest.raises(SomethingWentWrong):
        await teams.press("ann", teams.inbox("ann")[0], "Open")
    assert teams.dialogs("ann") == []


def test_an_invoke_wants_200() -> None:
    assert answers.of_action(Answer(200, json.dumps(words("x")))) == answers.Words("x")
    for status in (201, 202):
        with pytest.raises(SomethingWentWrong, match="instead of 200"):
            answers.of_action(Answer(status, json.dumps(words("x"))))


async def test_a_redrawn_form_forgets_what_was_typed(teams: FakeTeams, app: Echo) -> None:
    await shown(teams, app, FORM)
    (form,) = teams.inbox("ann")
    app.answers = [words("Not yet."), drawn(FORM)]
    await teams.submit("ann", form, {"Text": "We won", "At": "10:00"})
    assert (form.value("Text"), form.value("At")) == ("We won", "10:00")
    assert "We won" in form.shown_text()
    await teams.press("ann", form, "Send")
    assert app.seen[-1]["value"]["action"]["data"]["text"] == "We won"
    assert (form.value("Text"), form.value("At")) == (None, "09:00")
    teams.fill("ann", form, {"Text": "Again", "At": None})
    assert (form.value("Text"), form.value("At")) == ("Again", None)
    await app.ask("PUT", app.place("ann", f"activities/{form.id}"), message(FORM))
    assert (form.value("Text"), form.value("At")) == (None, "09:00")


async def test_an_update_during_an_answer_is_the_newer_one(teams: FakeTeams, app: Echo) -> None:
    await shown(teams, app, card(actions=(execute("Approve"),)))
    (post,) = teams.inbox("ann")
    updated = message(card({"type": "TextBlock", "text": "Over"}))
    app.before_answer = lambda: app.ask("PUT", app.place("ann", f"activities/{post.id}"), updated)
    app.answers = [drawn(RECEIPT)]
    pressed = await teams.press("ann", post, "Approve")
    assert pressed.card is not None
    assert pressed.card.shown_text() == "Sent"
    assert [version.shown_text() for version in post.versions] == ["[Approve]", "Sent", "Over"]


async def test_the_client_gives_up_waiting_and_shows_a_failed_message(teams: FakeTeams, app: Echo) -> None:
    await shown(teams, app, card(actions=(execute("Go"),)))
    teams.patience = 0.05
    gate = asyncio.Event()

    async def never(*ignored: object) -> Json:
        await gate.wait()
        return {}

    app._checked = never  # type: ignore[method-assign,assignment]
    with pytest.raises(SomethingWentWrong, match="in time"):
        await teams.press("ann", teams.inbox("ann")[0], "Go")
    with pytest.raises(SomethingWentWrong, match="in time"):
        await teams.message("ann", "hello")
    gate.set()


async def test_what_sends_nothing_says_so(teams: FakeTeams, app: Echo) -> None:
    link: Json = {"type": "Action.OpenUrl", "title": "Picture", "url": "https://x.example/1"}
    alone = {name: part for name, part in execute("Alone").items() if name != "fallback"}
    off = {**execute("Off"), "isEnabled": False}
    await shown(teams, app, card(actions=(link, alone, off)))
    (message,) = teams.inbox("ann")
    assert message.buttons() == ["Picture", "Alone"]
    assert message.links() == {"Picture": "https://x.example/1"}
    for label, legacy in (("Picture", False), ("Alone", True), ("Off", False), ("Nothing", False)):
        with pytest.raises(LookupError):
            await teams.press("ann", message, label, legacy=legacy)
    app.answers = [window(card(actions=(execute("Go"),)))]
    await shown(teams, app, card(actions=(OPEN,)))
    opened = await teams.press("ann", teams.inbox("ann")[-1], "Open")
    assert opened.dialog is not None
    with pytest.raises(SomethingWentWrong, match=r"Action\.Submit only"):
        await teams.press("ann", opened.dialog, "Go")


async def test_forged_input(teams: FakeTeams, app: Echo) -> None:
    activity = teams.activity("ann", text="hello")
    assert (await teams.post_raw(activity, teams.signed())).status == 200
    bad = [
        {},
        teams.signed(key="stranger"),
        teams.signed(headers={"alg": "HS256"}),
        teams.signed(headers={"alg": "none"}),
        teams.signed(headers={"kid": "another"}),
        teams.signed(aud="another"),
        teams.signed(iss="https://evil.example"),
        teams.signed(exp=1),
        teams.signed(nbf=int(teams.wall()) + 900),
        teams.signed(aud=None),
    ]
    for headers in bad:
        assert (await teams.post_raw(activity, headers)).status == 401
    assert len(app.seen) == 1
    other = teams.activity("ann", from_={"id": "28:robot"}, text=None, channelId="emulator")
    assert (other["from"], other["channelId"], "text" in other) == ({"id": "28:robot"}, "emulator", False)
    assert (await teams.post_raw(b"{", teams.signed())).status == 500


async def test_keys_turn_and_fail(teams: FakeTeams, app: Echo) -> None:
    activity = teams.activity("ann", text="hello")
    before = teams.signed()
    assert (await teams.post_raw(activity, before)).status == 200
    teams.rotate_keys()
    for old in (before, teams.signed(key="old")):
        assert (await teams.post_raw(activity, old)).status == 401
    assert (await teams.post_raw(activity, teams.signed())).status == 200
    fetched = teams.key_fetches
    assert fetched == 4
    teams.keys_fail = True
    with pytest.raises(SomethingWentWrong, match="500"):
        await teams.message("ann", "hello")
    assert teams.key_fetches == fetched


async def test_the_same_doing_twice(teams: FakeTeams, app: Echo) -> None:
    first = await teams.message("ann", "hello")
    assert (await teams.again(first)).ok
    assert app.seen[0] == app.seen[1]
    assert len(first.messages) == 2


async def test_files_and_pictures(teams: FakeTeams, app: Echo) -> None:
    await teams.send_file("ann", b"file", "sports day.png")
    uploaded = app.seen[-1]["attachments"][0]
    assert (uploaded["contentType"], uploaded["name"]) == (
        "application/vnd.microsoft.teams.file.download.info",
        "sports day.png",
    )
    assert uploaded["content"]["fileType"] == "png"
    await teams.paste("ann", b"picture")
    pasted = app.seen[-1]["attachments"][0]
    assert pasted["contentType"] == "image/*"
    assert pasted["contentUrl"].startswith(teams.url)
    await teams.message("ann", "both", files=[("a.png", b"1"), b"2"])
    assert [each["contentType"] for each in app.seen[-1]["attachments"]][-1] == "text/html"
    assert len(teams.uploads) == 4
    with pytest.raises(LookupError):
        await teams.message("ann", "x", files=[b"1"], channel="staff")
