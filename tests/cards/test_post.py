"""A post as each person sees it at each step: what is said, and what can be pressed."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from cards.model import Card, ChoiceField, Facts, FileField, Form, Quote, Text, TextField
from cards.post import Eyes, history_card, post_card, whole_card
from cards.post_forms import post_form, reason_form
from cards.post_list import Listing, list_card
from cards.post_messages import decided_card, nag_card, over_card, ready_card
from cards.text import plain
from policy.account import Account, Platform
from policy.content import Content
from policy.picture import Picture, Source, Who
from policy.post import Post, Verdict, decide, draft, edit, expire, mark_posted, send, unfetched, withdraw
from tests.fakes.school import MONDAY

LONDON = ZoneInfo("Europe/London")
PAGE = Account("page", "Harbour page", Platform.FACEBOOK, "", "https://x.example/1")
WEBSITE = Account("website", "Harbour website", Platform.WEBSITE, "", "https://x.example/2")
WORDS = Content("We planted beans", "page")
PICTURE = Picture("slack", "F1", "a.jpg", sha256="ab" * 32, width=10, height=10, alt="A garden", who=Who.NOBODY)
ONLY_PICTURES = Content("", "page", pictures=(PICTURE,), source=Source.OURS)

LOOKS_ON = Eyes(LONDON, PAGE, {"tom": "Tom", "helen": "Helen", "olu": "Olu"}, ("Helen",))
AUTHOR = replace(LOOKS_ON, author=True, publishes=True)
HEAD = replace(LOOKS_ON, decides=True)
OWNER = replace(LOOKS_ON, publishes=True)


def sent(content: Content = WORDS) -> Post:
    """A post that waits."""
    return send(draft("P-1", "harbour", "tom", content, (), "5a" * 32, MONDAY), MONDAY)


def decided(verdict: Verdict, by_right: str = "headteacher", content: Content = WORDS) -> Post:
    """A post after its first decision."""
    return decide(sent(content), verdict, "helen", by_right, MONDAY, reason="Which beans?")


def labels(card: Card) -> list[str]:
    """What can be pressed."""
    return [button.label for button in card.buttons]


def facts(card: Card) -> dict[str, str]:
    """The card's facts."""
    return {label: value for each in card.body if isinstance(each, Facts) for label, value in each.rows}


def changed(post: Post) -> Post:
    """The post with other words, sent again."""
    return edit(post, replace(post.content, text="We planted runner beans"), (), MONDAY)


def test_the_word_that_changes_are_asked_for_offers_the_edit_and_leaves_the_rest_to_the_posts_own_card() -> None:
    post = decided(Verdict.CHANGES)
    card = decided_card(post, AUTHOR)
    assert labels(card) == ["Edit"]
    assert labels(post_card(post, AUTHOR)) == ["Edit", "Withdraw", "History"]
    assert "Helen asked for changes." in plain(card)
    assert "Which beans?" in plain(card)
    assert "Press Edit to change it and send it again." in plain(card)


def test_once_the_post_has_moved_on_a_word_about_it_only_says_where_it_is() -> None:
    again = changed(decided(Verdict.CHANGES))
    for card in (decided_card(again, AUTHOR), over_card(again, AUTHOR)):
        assert "Waiting for Helen." in plain(card)
        assert not card.buttons
    card = nag_card(decided(Verdict.APPROVE), HEAD, MONDAY)
    assert "Approved by Helen." in plain(card)
    assert not card.buttons


def test_a_rejection_says_what_was_said_and_what_can_be_done() -> None:
    card = decided_card(decided(Verdict.REJECT), AUTHOR)
    assert "Rejected by Helen." in plain(card)
    assert "Which beans?" in plain(card)
    assert "If you would like to talk it over, please speak to them." in plain(card)
    assert not card.buttons


def test_a_picture_that_could_not_be_taken_brings_the_post_back_to_be_put_right() -> None:
    fetching = sent(replace(ONLY_PICTURES, pictures=(replace(PICTURE, sha256=""),)))
    card = decided_card(unfetched(fetching, "The file is not a picture."), AUTHOR)
    assert "The file is not a picture." in plain(card)
    assert labels(card) == ["Edit"]


@pytest.mark.parametrize(
    ("right", "said"),
    [
        ("headteacher", "as headteacher."),
        ("for the headteacher, who is away until 2 March 2027 (A-1)", "for the headteacher, who is away until"),
    ],
)
def test_who_approved_is_said_once_and_by_what_right(right: str, said: str) -> None:
    post = decided(Verdict.APPROVE, right)
    for card in (post_card(post, AUTHOR), ready_card(post, OWNER)):
        assert plain(card).count("Approved by Helen") == 1
        assert said in plain(card)
        assert "as for" not in plain(card)
    assert f"approved version 1, {said.rstrip('.')}" in plain(history_card(post, AUTHOR))


def test_the_card_to_post_from_leaves_withdrawing_to_the_posts_own() -> None:
    post = decided(Verdict.APPROVE)
    assert labels(ready_card(post, AUTHOR)) == ["Mark as posted", "Edit", "History"]
    assert labels(ready_card(post, OWNER)) == ["Mark as posted"]


def test_the_card_to_post_from_takes_its_text_back_when_the_approval_no_longer_counts() -> None:
    approved = decided(Verdict.APPROVE)
    lapsed = expire(approved)
    for post, said in ((changed(approved), "Waiting for Helen."), (lapsed, "the approval has lapsed.")):
        card = ready_card(post, OWNER)
        assert said in plain(card)
        assert "Please do not post from an earlier card" in plain(card)
        assert not card.buttons


def test_a_post_that_is_up_says_who_put_it_up_when_and_where() -> None:
    at = MONDAY + timedelta(hours=2)
    post = mark_posted(decided(Verdict.APPROVE), "olu", "https://x.example/1", at)
    card = ready_card(post, OWNER)
    assert "Posted by Olu." in plain(card)
    assert facts(card) == {"Account": "Harbour page", "Link": "https://x.example/1"}
    assert "When" not in facts(post_card(post, HEAD))
    assert facts(post_card(post, HEAD))["Posted"].startswith("Mon 1 March 2027")


def test_when_it_goes_up_is_said_until_that_is_settled() -> None:
    assert facts(post_card(sent(), HEAD))["When"] == "as soon as it is approved"
    assert "When" not in facts(post_card(decided(Verdict.REJECT), HEAD))
    planned = replace(WORDS, planned=MONDAY + timedelta(days=1))
    assert facts(post_card(decided(Verdict.APPROVE, content=planned), AUTHOR))["When"].startswith("Tue 2 March 2027")


def test_an_approval_that_lapsed_is_told_apart_from_a_post_that_nobody_decided_on() -> None:
    lapsed = over_card(expire(decided(Verdict.APPROVE)), AUTHOR)
    assert "the approval has lapsed" in lapsed.title
    assert "Press Edit to send it again, or leave it." in plain(lapsed)
    passed = over_card(expire(sent(replace(WORDS, planned=MONDAY + timedelta(days=1)))), AUTHOR)
    assert "Nothing is ever approved by waiting." in plain(passed)
    assert "Press Edit to give it a new time and send it again" in plain(passed)
    assert labels(lapsed) == labels(passed) == ["Edit"]


def test_the_history_of_a_post_that_is_over_stays_within_reach() -> None:
    post = withdraw(sent())
    assert not post_card(post, AUTHOR).buttons
    assert labels(whole_card(post, AUTHOR)) == ["History"]
    assert not whole_card(post, LOOKS_ON).buttons


def test_a_post_without_words_is_never_an_empty_quotation() -> None:
    waits = sent(ONLY_PICTURES)
    cards = [
        post_card(waits, HEAD),
        nag_card(waits, HEAD, MONDAY),
        over_card(expire(waits), AUTHOR),
        decided_card(decided(Verdict.CHANGES, content=ONLY_PICTURES), AUTHOR),
    ]
    form = reason_form(waits, "post.reject.send", "Reject P-1", "The reason", "The author reads this.")
    for part in (*form.parts, *(element for card in cards for element in card.body)):
        assert not isinstance(part, Quote) or part.text
    assert all("“”" not in card.summary for card in cards)
    assert "1 picture without words" in plain(cards[2])


def by_name(form: Form) -> dict[str, TextField | ChoiceField | FileField]:
    """The form's boxes."""
    return {each.name: each for each in form.fields if isinstance(each, TextField | ChoiceField | FileField)}


def test_a_text_post_asks_for_its_text_and_nothing_more_where_there_is_one_account() -> None:
    form = post_form([PAGE])
    empty = [each.name for each in form.fields if each.required and not getattr(each, "value", None)]
    assert empty == ["text"]
    assert by_name(form)["account"].value == "page"  # type: ignore[union-attr]


def test_with_several_accounts_one_must_be_chosen() -> None:
    account = by_name(post_form([PAGE, WEBSITE]))["account"]
    assert isinstance(account, ChoiceField)
    assert (account.required, account.value) == (True, "")


def test_a_place_for_a_picture_says_what_a_picture_needs_and_may_be_left_empty() -> None:
    boxes = by_name(post_form([PAGE], pictures=1))
    for name in ("alt_1", "who_1", "source"):
        assert boxes[name].hint.startswith("Needed with a picture")
    assert not any(boxes[name].required for name in ("text", "picture_1", "alt_1", "who_1", "source"))


def test_whoever_has_nothing_is_told_so_and_what_to_type() -> None:
    card = list_card(Listing((), (), False, False, LONDON, {}, {}))
    assert "Nothing waits for you" in plain(card)
    assert "/draftpost" in plain(card)


def test_a_picture_that_was_not_taken_in_can_be_replaced_or_taken_out() -> None:
    kept = replace(ONLY_PICTURES, pictures=(replace(PICTURE, sha256=""),))
    form = post_form([PAGE], kept, post=sent(kept))
    assert any(isinstance(part, Text) and "“a.jpg” has not been taken in" in part.text for part in form.parts)
    keep = next(each for each in form.fields if each.name == "keep_1")
    assert isinstance(keep, ChoiceField)
    assert ("remove", "Take this picture out") in keep.options
