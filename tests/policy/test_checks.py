"""Checks on a draft: what blocks it, what is worth a second look, and what must pass without a word."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.account import Account, Platform
from policy.checks import FURTHEST, Draft, Finding, PictureDraft, check_draft, check_time, errors
from policy.clauses import clause
from policy.picture import Source, Who
from tests.fakes.school import MONDAY

FACEBOOK = Account(
    "harbour-page", "Harbour page", Platform.FACEBOOK, "Facebook", "https://facebook.com/harbourprimary"
)
ON_X = Account("harbour-x", "Harbour on X", Platform.X, "X", "https://x.com/HarbourPri")
BLUESKY = Account(
    "harbour-sky", "Harbour", Platform.BLUESKY, "Bluesky", "https://bsky.app/profile/harbour.bsky.social"
)

BEANS = PictureDraft("Children planting beans in the school garden", Who.PUPILS_CONSENTED, "IMG_2041.jpg")


def codes(draft: Draft, account: Account = FACEBOOK, *known: Account) -> list[str]:
    return [finding.code for finding in check_draft(draft, account, known)]


def only(draft: Draft, account: Account = FACEBOOK) -> Finding:
    (finding,) = check_draft(draft, account)
    return finding


def with_picture(alt: str = BEANS.alt, who: Who | None = Who.NOBODY, name: str = "IMG_2041.jpg") -> Draft:
    return Draft("A busy morning in the garden.", (PictureDraft(alt, who, name),), Source.OURS)


def test_a_plain_text_passes() -> None:
    assert check_draft(Draft("Sports day is on Friday at 10am."), FACEBOOK) == ()


def test_a_picture_with_everything_said_passes() -> None:
    assert check_draft(Draft("", (BEANS,), Source.OURS), FACEBOOK) == ()


def test_nothing_at_all_blocks() -> None:
    found = only(Draft(" \n "))
    assert (found.code, found.field, found.blocking) == ("empty", "text", True)


@pytest.mark.parametrize(
    ("account", "text", "over"),
    [
        (FACEBOOK, "a" * 63_209, "3 characters"),
        (ON_X, "é" * 281, "1 character too"),
        (ON_X, "🎉" * 141, "2 characters"),
        (ON_X, "見" * 150, "20 characters"),
        (BLUESKY, "👩🏽‍🏫" * 301, "1 character too"),
    ],
)
def test_too_long_says_by_how_many(account: Account, text: str, over: str) -> None:
    found = next(each for each in check_draft(Draft(text), account) if each.code == "too-long")
    assert found.blocking
    assert over in found.message
    assert account.platform_name in found.message


@pytest.mark.parametrize(
    ("account", "text"),
    [
        (ON_X, "é" * 280),
        (ON_X, "👩🏽‍🏫" * 140),
        (ON_X, "news " * 50 + "https://harbour.example/" + "long/" * 60),
        (BLUESKY, "👩🏽‍🏫" * 300),
        (FACEBOOK, "a" * 63_206),
    ],
)
def test_what_just_fits_is_not_too_long(account: Account, text: str) -> None:
    assert "too-long" not in codes(Draft(text), account)


@pytest.mark.parametrize(
    "alt",
    [
        "",
        "  ",
        "image",
        "Photo.",
        "IMG_2041.jpg",
        "IMG_2041",
        "picture 1",
        "sports-day.png",
        "-",
        "alt text",
        "DSC00123",
    ],
)
def test_a_picture_needs_a_description_that_says_something(alt: str) -> None:
    found = only(with_picture(alt))
    assert (found.code, found.field, found.blocking) == ("no-alt", "alt_1", True)
    assert found.then


@pytest.mark.parametrize("alt", ["sports-day.svg", "Sports-Day"])
def test_the_name_of_the_file_is_no_description(alt: str) -> None:
    assert codes(with_picture(alt, name="sports-day.svg")) == ["no-alt"]


@pytest.mark.parametrize(
    "alt", ["A rainbow over the playground", "Picture 3 children painting", "Our new library", "Sunflowers"]
)
def test_a_real_description_will_do(alt: str) -> None:
    assert codes(with_picture(alt)) == []


def test_each_picture_is_checked_and_named_by_its_number() -> None:
    draft = Draft("Look", (BEANS, PictureDraft("", Who.NOBODY), PictureDraft("A tree", None)), Source.OURS)
    assert [(each.code, each.field) for each in check_draft(draft, FACEBOOK)] == [
        ("no-alt", "alt_2"),
        ("who-missing", "who_3"),
    ]


def test_pupils_without_sure_consent_block_and_cite_the_clause() -> None:
    found = only(with_picture(who=Who.PUPILS_UNSURE))
    assert (found.code, found.blocking, found.clause) == ("no-consent", True, "pupil-pictures")


@pytest.mark.parametrize("who", [Who.NOBODY, Who.ADULTS, Who.PUPILS_CONSENTED])
def test_the_other_answers_on_who_is_in_it_pass(who: Who) -> None:
    assert codes(with_picture(who=who)) == []


@pytest.mark.parametrize(
    ("source", "note", "code", "field"),
    [
        (None, "", "source-missing", "source"),
        (Source.UNSURE, "", "source-unsure", "source"),
        (Source.PERMISSION, " ", "permission-by-whom", "source_note"),
    ],
)
def test_a_picture_needs_a_source_we_may_use(source: Source | None, note: str, code: str, field: str) -> None:
    found = only(Draft("Look", (BEANS,), source, note))
    assert (found.code, found.field, found.blocking, found.clause) == (code, field, True, "copyright")


@pytest.mark.parametrize(
    ("source", "note"), [(Source.OURS, ""), (Source.LICENSED, ""), (Source.PERMISSION, "the county museum")]
)
def test_a_source_we_may_use_passes(source: Source, note: str) -> None:
    assert codes(Draft("Look", (BEANS,), source, note)) == []


def test_a_text_without_pictures_needs_no_source() -> None:
    assert codes(Draft("Hello", source=None)) == []


def test_errors_gather_what_blocks_by_field_and_leave_advice_out() -> None:
    draft = Draft("Ring 020 7946 0018", (PictureDraft("", None),), Source.UNSURE)
    found = errors(check_draft(draft, FACEBOOK))
    assert set(found) == {"alt_1", "who_1", "source"}
    assert "Please" in found["source"]


def test_every_choice_has_a_label_of_its_own() -> None:
    for choices in (Source, Who):
        assert len({choice.label for choice in choices}) == len(choices)


GOOD_POSTS = [
    "Well done to Year 6 for their brilliant World Book Day costumes today.",
    "Sports Day is on Friday 12 June from 9.30am. Please bring a sun hat, a drink and PE kit.",
    "Our Reception class planted beans and watered them with the big green cans. We used a hoe and a rake.",
    "Year 5 had a great trip to Scunthorpe and learnt about steel.",
    "We are off to the Sussex coast on Tuesday to study rock pools.",
    "Class assembly: Oak Class will perform Dick Turpin at 2.45pm in the hall.",
    "A cockerel came to visit Nursery. The children loved its cock-a-doodle-doo.",
    "In the Big Garden Birdwatch we counted 14 blue tits, 3 great tits and a woodpecker.",
    "Nursery sang Pussy cat, pussy cat, where have you been? at the summer concert.",
    "Our Nativity is on 15 December. The ox and ass need ears: can anyone sew?",
    "KS2 SATs week starts on Monday 11 May. Breakfast is at 8am in the hall.",
    "Year 4 are learning their times tables: 12 x 12 = 144 in under 6 seconds.",
    "The Year 6 Sponsored Walk raised £1,234.56 for the hospice. Thank you all.",
    "Term dates for 2026/2027 are on our website: https://harbour.example/term-dates",
    "Read our newsletter at www.harbour.example/news/2026-06-12.",
    "Congratulations to our football team, who won 3-1 against St Mary's. On to the final on 14/06/2026.",
    "INSET day: the school is closed to pupils on Monday 1 June.",
    "Happy Eid Mubarak to all our families celebrating today.",
    "Thank you to Mrs Patel and Mr Jones for a wonderful Forest School morning.",
    "Year 3 visited Hadrian's Wall and met a Roman soldier.",
    "Our Great Fire of London models are on show by the office.",
    "Scrap metal and card wanted for junk modelling. Bring it to Class 5 by Wednesday.",
    "Remember to bring £2 for the cake sale at 3.15pm. Love from us all xx",
    "Jazz club learnt to scat today. What a lovely noise.",
    "Year 1 made shiitake mushroom soup and ate every drop.",
    "In phonics we met s, a, t, p, i and n.",
    "We scored 9 out of 10 in the Eco Schools award. The inspector said: “A joy to visit.”",
    "PTA quiz night: Friday 6 March, 7pm, teams of 6. Bring your own snacks.",
    "This half term Year 2 will read about Florence, Mary and other nurses of the past.",
    "The Year 4 class of 2026 has 100% attendance this week. Hooray.",
    "Our new library opens on Thursday. Come @ 3pm to have a look.",
    "Assessment week: please make sure that children get to bed early and have breakfast.",
    "The rugby club needs a hooker and two props. Boots and gum shields, please.",
    "Year 3 Tudor Street is open to visitors in the hall.",
    "Reading groups: b4 1st, b5 2nd. Well read.",
    "Governors met PTA, SENCO, PE, RE and DT leads on Tuesday evening to plan the coming year.",
    "Y6 1st in the county chess final. Y5 2nd.",
]


@pytest.mark.parametrize("text", GOOD_POSTS)
def test_an_ordinary_post_is_left_in_peace(text: str) -> None:
    assert check_draft(Draft(text), FACEBOOK) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Well done to Year 6 for their brilliant World Book Day costumes today.",
        "Congratulations Oliver and Ava, our Star Writers this week.",
        "Thank you to Mrs Jane Patel for a wonderful Forest School morning.",
        "Year 3 visited Hadrian's Wall and Chester Zoo.",
        "Remembering the end of the war: Singing Squad and Collective Worship with Bishop Jo.",
        "Science Week: we built Mars Rovers. Head Lice: a gentle reminder.",
        "Reception loved Little Red Riding Hood and the Easter Bunny.",
        "BBC Radio Surrey came in, and Mr Whippy's Ice Cream van.",
        "Super Star of the Week goes to Amelia. Our Online Safety page is new.",
        "Thank you to PC Dan Brown and Sir Tom Moore.",
        "Summer Fair: stalls wanted. Congrats King Charles. Poppy Appeal badges are at the office.",
        "Ava's Rainbow is on the wall by the hall.",
        "Oak Class enjoyed Roald Dahl Day in the Harbour Library.",
        "On Remembrance Sunday our School Council laid a wreath at Trinity Church.",
        "Happy Diwali from all of us. Key Stage Two made lamps.",
        "Great Britain won gold, and so did Kingfisher Class.",
    ],
)
def test_first_names_titles_and_things_may_stand_beside_a_picture(text: str) -> None:
    assert check_draft(Draft(text, (BEANS,), Source.OURS), FACEBOOK) == ()


ADVISED = [
    ("phone", "To book, ring Mrs Hall on 020 7946 0018."),
    ("phone", "Text Sam's mum on 07700 900123 for lifts."),
    ("phone", "Call the office: +44 1632 960 001."),
    ("phone", "Ring (01632) 960001 before nine."),
    ("email", "Write to jo.bloggs@example.com for tickets."),
    ("email", "Questions to sam+pta@mail.example.co.uk, please."),
    ("address", "Drop the cakes at 14 Orchard Close on Friday."),
    ("address", "Party at 7b Church Lane after school."),
    ("address", "Post them to 221 Upper Baker Street."),
    ("address", "The sat nav needs GU1 3AA."),
    ("address", "Collect from sw1a 1aa on Sunday."),
    ("sales-link", "Our bags: https://www.etsy.com/listing/12345"),
    ("sales-link", "Books here https://www.amazon.co.uk/dp/B01?tag=mrsk-21"),
    ("sales-link", "Give at justgiving.com/page/harbour today."),
    ("sales-link", "https://shop.example.com/tea-towels"),
    ("sales-link", "Get yours: https://example.com/offers?ref=teacher9"),
    ("mention", "So proud of you @ollie_smith09."),
    ("mention", "Thanks @SamsMum for the cakes"),
    ("mention", "@jo.bloggs.art came to paint with us"),
    ("shouting", "PLEASE BRING YOUR PE KIT TOMORROW"),
    (
        "shouting",
        "A reminder: ABSOLUTELY NO PARKING OUTSIDE THE GATES in the morning, or our buses cannot turn round in time.",
    ),
    ("shouting", "WELL DONE YEAR SIX, you were great"),
    ("language", "What a shit performance by the referee."),
    ("language", "That was sh1t."),
    ("language", "You b.a.s.t.a.r.d.s"),
    ("language", "Those idiots are complete wankers and twats."),
    ("own-gain", "I'm selling my old piano, ask at the gate."),
    ("own-gain", "My business does face painting for parties."),
    ("own-gain", "DM me to book a place."),
    ("own-gain", "Use my discount code HARBOUR10."),
    ("own-gain", "Please sponsor me for the London Marathon."),
    ("own-gain", "You can buy them from me after school."),
]


@pytest.mark.parametrize(("code", "text"), ADVISED)
def test_what_deserves_a_second_look_is_advised_and_never_blocks(code: str, text: str) -> None:
    found = only(Draft(text))
    assert (found.code, found.blocking, found.field) == (code, False, "text")
    assert found.message.endswith(".")
    assert found.then


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Oliver Smith", "Oliver Smith scored twice today."),
        ("Zoë O’Brien-Hall", "A lovely poem by Zoë O’Brien-Hall in Year 4."),
        ("Aisha Begum", "Congratulations Aisha Begum on your gold medal."),
        ("Łukasz Nowak", "Ask Łukasz Nowak’s group."),
        ("Anne-Marie McDonald", "Here is Anne-Marie McDonald with the cup."),
        ("Anne Frank", "Remembering Anne Frank in Year 6 history."),
        ("Poppy Evans", "First prize: Poppy Evans."),
        ("Rose Cook", "Second prize: Rose Cook."),
        ("Florence Green", "Third prize: Florence Green and Kit."),
        ("Mohammed Ali Khan", "Well done, Mohammed Ali Khan."),
    ],
)
def test_a_full_name_beside_a_picture_is_advised(name: str, text: str) -> None:
    found = only(Draft(text, (BEANS,), Source.OURS))
    assert (found.code, found.blocking, found.clause) == ("full-name", False, "privacy")
    assert f"{name}." in found.message
    assert codes(Draft(text)) == []


def test_the_description_of_a_picture_goes_out_too_and_is_looked_at() -> None:
    found = only(with_picture("Oliver Smith holding the cup"))
    assert (found.code, found.field) == ("full-name", "alt_1")


def test_the_schools_own_accounts_may_be_mentioned() -> None:
    text = "Follow @HarbourPri, @harbour.bsky.social and @harbourprimary."
    assert codes(Draft(text), FACEBOOK, ON_X, BLUESKY) == []
    assert codes(Draft(text), FACEBOOK) == ["mention"]


def test_several_of_a_kind_are_one_finding() -> None:
    found = only(Draft("a@example.com b@example.com c@example.com d@example.com e@example.com a@example.com"))
    assert "a@example.com, b@example.com, c@example.com and 2 more" in found.message


@settings(deadline=None)
@given(st.text(max_size=300), st.sampled_from([FACEBOOK, ON_X, BLUESKY]))
def test_any_text_is_answered_with_findings_that_can_be_shown(text: str, account: Account) -> None:
    for found in check_draft(Draft(text, (PictureDraft(text, Who.ADULTS, text),), Source.PERMISSION, text), account):
        assert found.message
        assert found.then
        assert not found.clause or clause(found.clause)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "A",
        "1",
        "1 ",
        "a.",
        "@a",
        "a@a.",
        "AB ",
        "Aa ",
        "1 Aa ",
        "www.a",
        "a-",
        "+44 ",
        "((1",
        "\u0301",
        "s.h.i.",
        "https://a/",
    ],
)
def test_a_long_and_repetitive_text_is_answered(piece: str) -> None:
    findings = check_draft(Draft(piece * (20_000 // len(piece))), FACEBOOK)
    assert not any(found.blocking for found in findings)


def test_a_post_is_planned_for_a_time_to_come_within_a_year() -> None:
    assert check_time(None, MONDAY) == ()
    for ahead, codes_ in (
        (timedelta(), ["planned-past"]),
        (timedelta(seconds=1), []),
        (FURTHEST, []),
        (FURTHEST + timedelta(seconds=1), ["planned-far"]),
    ):
        found = check_time(MONDAY + ahead, MONDAY)
        assert [each.code for each in found] == codes_
        assert list(errors(found)) == ["planned"] * len(found)
