"""A post as people see it: to its author, to whoever decides, and to whoever puts it up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from cards.model import Button, Card, Difference, Divider, Element, Facts, Notice, Picture, Quote, Text, Tone
from cards.wording import counted, listed, moment, opening
from policy.account import Account
from policy.clauses import cite
from policy.content import Content
from policy.picture import Picture as PostPicture
from policy.post import EDITABLE, OPEN, Post, State, Verdict
from policy.record import ref

WHOLE = 1_200
"""How many characters of a text a card shows before it offers the rest behind a button."""

FINISH = "Describe and send"
"""The button of a draft that its author keeps: whatever is still to be said of it, and Send."""

FURTHER = "Please look whether these words are still needed."

UNDECIDED = frozenset({State.DRAFT, State.FETCHING, State.WAITING, State.CHANGES})
"""The states in which it is still to be said when a post goes up."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who is looking: what the viewer is to the post, and the words the card needs.

    `names` and `accounts` map the ids of people and of accounts to their names; `deciders` are the names of those
    it waits for; `account` is None when the school no longer has it; `asked` is the comment that the post
    replies to, `answer_by` when that must be answered while it is open, and `settled` what has become of it
    meanwhile, to follow "is"; "" while it is open.
    """

    zone: ZoneInfo
    account: Account | None
    names: Mapping[str, str] = field(default_factory=dict)
    deciders: tuple[str, ...] = ()
    author: bool = False
    decides: bool = False
    publishes: bool = False
    asked: str = ""
    settled: str = ""
    answer_by: datetime | None = None
    accounts: Mapping[str, str] = field(default_factory=dict)

    def name(self, id: str) -> str:
        """The name behind an id."""
        return self.names.get(id, "somebody who has left")

    def named(self, account: str) -> str:
        """The account's name behind an id."""
        return self.accounts.get(account, "an account the school no longer has")

    @property
    def account_name(self) -> str:
        """The name of the post's account, for a card."""
        return self.account.name if self.account else self.named("")


def post_card(post: Post, eyes: Eyes) -> Card:
    """The post as it stands, with what this viewer may do about it. One that is over has no buttons."""
    status = standing(post, eyes)
    body: list[Element] = [Text(status, Tone.STRONG), *why(post, eyes), particulars(post, eyes)]
    body += _changes(post, eyes)
    body += [*replies_to(post, eyes), Text("The reply:", Tone.QUIET)] if post.reply_to else []
    body += content(post)
    if post.status in OPEN and (eyes.author or eyes.decides):
        body += [Notice(f"{each.message} {each.then}".strip(), cite(each.clause)) for each in post.advice]
    title = f"{post.id}: post for {eyes.account_name}"
    return Card(title, f"{title}. {status} {gist(post)}", tuple(body), buttons(post, eyes))


def standing(post: Post, eyes: Eyes) -> str:
    """Where the post stands, in a sentence."""
    last = post.last_decision
    who = eyes.name(last.by) if last else ""
    match post.status:
        case State.DRAFT:
            return "A draft: not sent yet."
        case State.FETCHING:
            return "Its pictures are being checked. Then it goes to be read."
        case State.WAITING if eyes.decides:
            return "Waiting for your decision."
        case State.WAITING if eyes.deciders:
            return f"Waiting for {listed(eyes.deciders, 'or')}."
        case State.WAITING:
            return "Waiting, but nobody can decide just now: please speak to the school office."
        case State.CHANGES:
            return f"{who} asked for changes."
        case State.APPROVED:
            return f"Approved by {who}. It can go up {when(post.content.planned, eyes, 'now')}."
        case State.POSTED:
            return f"Posted{f' by {eyes.name(post.posted_by)}' if post.posted_by else ''}."
        case State.REJECTED:
            return f"Rejected by {who}."
        case State.WITHDRAWN:
            return "Withdrawn by its author."
        case State.EXPIRED if last and last.version == post.version and last.verdict is Verdict.APPROVE:
            return "Approved but not posted in time, so the approval has lapsed."
        case State.EXPIRED:
            return "Nobody decided before the time that was planned, so it did not go out."


def buttons(post: Post, eyes: Eyes) -> tuple[Button, ...]:
    """What the viewer can do about the post now."""
    found: list[Button] = []
    if eyes.decides and post.status is State.WAITING:
        found += [
            press(post, "Approve", "post.approve", Tone.PRIMARY),
            press(post, "Request changes", "post.changes"),
            press(post, "Reject", "post.reject", Tone.DANGER),
        ]
    if eyes.publishes and post.status is State.APPROVED:
        found.append(press(post, "Mark as posted", "post.posted", Tone.PRIMARY))
    if eyes.author and post.kept:
        found.append(press(post, FINISH, "post.finish", Tone.PRIMARY))
    elif eyes.author and post.status in EDITABLE:
        found.append(press(post, "Edit", "post.edit"))
    if eyes.author and post.status in OPEN:
        found.append(press(post, "Withdraw", "post.withdraw"))
    if found and (eyes.author or eyes.decides) and (post.earlier or not post.kept):
        found.append(press(post, "History", "post.history"))
    return tuple(found)


def press(post: Post, label: str, verb: str, tone: Tone = Tone.PLAIN) -> Button:
    """A button about this version of the post."""
    return Button(label, verb, ref(post), post.version, tone, about=f"{label}: {post.id}")


def history_card(post: Post, eyes: Eyes) -> Card:
    """Every version and every decision, newest first."""
    body: list[Element] = [Text(standing(post, eyes), Tone.STRONG)]
    moments: list[tuple[datetime, tuple[Element, ...]]] = []
    editions = [(e.version, e.content) for e in post.earlier] + [(post.version, post.content)]
    starts = [post.made_at, *(e.at for e in post.earlier)]
    for index, ((number, content), at) in enumerate(zip(editions, starts, strict=True)):
        said = f"{moment(at, eyes.zone)}: version {number} by {eyes.name(post.author)}"
        before = editions[index - 1][1] if index else None
        moments.append((at, (Text(said, Tone.STRONG), *_compared(before, content, eyes))))
    did = {Verdict.APPROVE: "approved", Verdict.CHANGES: "asked for changes to", Verdict.REJECT: "rejected"}
    for decision in post.decisions:
        said = f"{moment(decision.at, eyes.zone)}: {eyes.name(decision.by)} {did[decision.verdict]} version"
        facts: list[Element] = [Text(f"{said} {decision.version}, {_right(decision.authority)}", Tone.STRONG)]
        if decision.reason:
            facts.append(Quote(decision.reason))
        moments.append((decision.at, tuple(facts)))
    if post.posted_at is not None:
        said = f"{moment(post.posted_at, eyes.zone)}: marked as posted by {eyes.name(post.posted_by)}"
        moments.append((post.posted_at, (Text(said, Tone.STRONG), *((Quote(post.link),) if post.link else ()))))
    moments.sort(key=lambda pair: pair[0])
    for _, elements in reversed(moments):
        body += [Divider(), *elements]
    return Card(f"{post.id}: history", f"The history of {post.id}.", tuple(body))


def whole_card(post: Post, eyes: Eyes) -> Card:
    """All of the post, however long, with what this viewer may do about it."""
    card = post_card(post, eyes)
    body = tuple(Quote(each.text) if isinstance(each, Quote) else each for each in card.body)
    history = (press(post, "History", "post.history"),) if eyes.author or eyes.decides else ()
    return Card(card.title, card.summary, body, card.buttons or history)


def particulars(post: Post, eyes: Eyes) -> Facts:
    """Whose it is, where it goes, when, and what is settled of it."""
    account = eyes.account_name if post.content.account else "not chosen yet"
    rows = [("From", eyes.name(post.author)), ("Account", account)]
    if post.posted_at is not None:
        rows.append(("Posted", moment(post.posted_at, eyes.zone)))
    elif post.content.planned is not None or post.status in UNDECIDED:
        rows.append(("When", when(post.content.planned, eyes, "as soon as it is approved")))
    if post.pictures:
        rows.append(("Source", _source(post.content)))
    if post.link:
        rows.append(("Link", post.link))
    if post.earlier:
        rows.append(("Version", str(post.version)))
    return Facts(tuple(rows))


def why(post: Post, eyes: Eyes) -> tuple[Element, ...]:
    """The reason last given, the trouble with a picture, or the note that an approval no longer counts."""
    last, found = post.last_decision, list[Element]()
    if post.trouble:
        found.append(Notice(post.trouble, tone=Tone.WARNING))
    if last is not None and last.reason and post.status in (State.CHANGES, State.REJECTED):
        found.append(Quote(last.reason))
    if last is not None and post.status in (State.WAITING, State.FETCHING, State.DRAFT):
        if last.verdict is Verdict.APPROVE:
            said = f"The approval of version {last.version} no longer counts: it was for that version alone."
            found.append(Notice(said, cite("approve-posts"), Tone.WARNING))
        elif last.reason:
            found += [Text(f"What {eyes.name(last.by)} asked for:", Tone.QUIET), Quote(last.reason)]
    return (*found, *approval(post, eyes, "Decided {at}, {right}."))


def replies_to(post: Post, eyes: Eyes) -> tuple[Element, ...]:
    """The comment that the post is a reply to, if it is one."""
    if not post.reply_to:
        return ()
    return (
        Text(f"In reply to {post.reply_to}:", Tone.QUIET),
        *((Quote(opening(eyes.asked, 300)),) if eyes.asked else ()),
        *((Text(f"To be answered by {moment(eyes.answer_by, eyes.zone)}."),) if eyes.answer_by else ()),
        *((Notice(f"{post.reply_to} is {eyes.settled} by now. {FURTHER}"),) if eyes.settled else ()),
    )


def approval(post: Post, eyes: Eyes, pattern: str) -> tuple[Element, ...]:
    """By whom, when and by what right an approved post was approved; nothing when it is not.

    `pattern` may hold {who}, {at} and {right}.
    """
    last = post.last_decision
    if last is None or post.status is not State.APPROVED:
        return ()
    said = pattern.format(who=eyes.name(last.by), at=moment(last.at, eyes.zone), right=_right(last.authority))
    return (Text(said, Tone.QUIET),)


def _right(authority: str) -> str:
    """The right to decide, to follow a name: "as headteacher", "for the headteacher, who is away until …"."""
    return authority if authority.startswith("for ") else f"as {authority}"


def _changes(post: Post, eyes: Eyes) -> tuple[Element, ...]:
    """What changed since the version it is held against, for whoever must read it again."""
    if post.before is None or post.status is not State.WAITING or not (eyes.decides or eyes.author):
        return ()
    since = "the last version"
    if post.before != post.earlier[-1]:
        since = f"version {post.before.version}, the last that was decided on"
    changes = _compared(post.before.content, post.content, eyes) or (Text("Nothing: it is as it was then."),)
    return (Text(f"What changed since {since}", Tone.STRONG), *changes)


def _compared(before: Content | None, after: Content, eyes: Eyes) -> tuple[Element, ...]:
    if before is None:
        return (Quote(after.text),) if after.text else ()
    found: list[Element] = []
    if before.text != after.text:
        found.append(Difference("Text", before.text, after.text))
    if before.account != after.account:
        found.append(Difference("Account", eyes.named(before.account), eyes.named(after.account)))
    if before.planned != after.planned:
        was, is_ = (when(each.planned, eyes, "as soon as it is approved") for each in (before, after))
        found.append(Difference("When", was, is_))
    if [p.sha256 for p in before.pictures] != [p.sha256 for p in after.pictures]:
        found.append(Text(f"The pictures were changed: {len(before.pictures)} before, {len(after.pictures)} now."))
    alts = ["\n".join(p.alt for p in each.pictures) for each in (before, after)]
    if alts[0] != alts[1]:
        found.append(Difference("Alt text", alts[0], alts[1]))
    who = [listed([_who(p) for p in each.pictures]) for each in (before, after)]
    if who[0] != who[1]:
        found.append(Difference("Who is in the pictures", who[0], who[1]))
    sources = [_source(each) for each in (before, after)]
    if sources[0] != sources[1]:
        found.append(Difference("Source", sources[0], sources[1]))
    return tuple(found)


def content(post: Post) -> tuple[Element, ...]:
    """The words and the pictures, as they would go out."""
    quote = (Quote(post.content.text, whole(post)),) if post.content.text else ()
    return (*quote, *(Picture(p.sha256, p.alt, f"{_who(p)}. Alt text: {p.alt}") for p in post.pictures if p.sha256))


def _who(picture: PostPicture) -> str:
    return picture.who.label if picture.who else "Nobody has said who is in it"


def _source(content: Content) -> str:
    if content.source is None:
        return "not said"
    return f"{content.source.label} {content.source_note}".strip()


def gist(post: Post) -> str:
    """The first words of a post, in quotation marks, or how many pictures one without words has."""
    words = opening(post.content.text)
    if not words and not post.pictures:
        return "Nothing in it yet."
    return f"“{words}”" if words else f"{counted(len(post.pictures), 'picture', 'pictures')} without words."


def whole(post: Post) -> Button | None:
    """The button for all of a text that a card shows only in part."""
    return press(post, "Open", "post.open") if len(post.content.text) > WHOLE else None


def when(planned: datetime | None, eyes: Eyes, otherwise: str) -> str:
    """The planned moment in the school's zone, or the words for a post that has none."""
    return moment(planned, eyes.zone) if planned is not None else otherwise
