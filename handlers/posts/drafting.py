"""Writing a post: the form, what was typed into it, changing it and taking it back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cards.model import Card, FileRef, Notice, Text, Value
from cards.post_forms import MOST_PICTURES, post_form
from cards.wording import listed
from handlers.needs import staff
from handlers.posts.access import ask_deciders, author_of, keep, writes
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply, Say
from handlers.turn import Turn
from policy.checks import Draft, Finding, PictureDraft, alt_field, check_draft, errors, who_field
from policy.clauses import cite
from policy.content import Content
from policy.picture import Arrived, Missing, Picture, Source, Who
from policy.post import EDITABLE, Post, State, draft, edit, fetched, only, send, unfetched, withdraw
from policy.refused import Unusable
from policy.text import clean

registry = Registry()

FURTHEST = timedelta(days=366)
"""How far ahead a post may be planned."""

SOURCES, WHO = frozenset(Source), frozenset(Who)


@registry.command("draftpost", needs=staff, summary="Draft a post for approval", hint="[text]")
async def draftpost(turn: Turn) -> Reply:
    """The form, with any text that was typed after the command."""
    form = post_form(turn.school.accounts)
    typed = clean(turn.request.text)
    parts = (replace(form.parts[0], value=typed) if typed else form.parts[0], *form.parts[1:])  # type: ignore[arg-type]
    return Ask(replace(form, parts=parts))


@registry.button("post.more", "Add a picture", needs=staff)
async def more(turn: Turn) -> Reply:
    """The same form with one more place for a picture."""
    return Ask(post_form(turn.school.accounts, pictures=_places(turn)))


@registry.form("post.new", needs=staff)
async def new(turn: Turn) -> Reply:
    """A post is made and sent."""
    try:
        typed = read(turn, None)
    except Unusable as wrong:
        return Invalid(post_form(turn.school.accounts, pictures=_places(turn)), turn.request.fields, wrong.errors)
    number = await turn.tx.new_id(Post)
    salt = turn.random(32).hex()
    post = draft(number, turn.school.id, turn.viewer.id, typed.content, typed.advice, salt, turn.now)
    turn.send("post", turn.viewer, post)
    return await _send(turn, send(post, turn.now))


@registry.button("post.edit", "Edit", needs=writes, record=Post)
async def edit_form(turn: Turn, post: Post) -> Reply:
    """The form again, with the post in it."""
    only(post, "changed", *EDITABLE)
    return Ask(post_form(turn.school.accounts, post.content, post=post))


@registry.button("post.edit.more", "Add a picture", needs=writes, record=Post)
async def edit_more(turn: Turn, post: Post) -> Reply:
    """The same form with one more place for a picture."""
    return Ask(post_form(turn.school.accounts, post.content, pictures=_places(turn), post=post))


@registry.form("post.edit.send", needs=writes, record=Post)
async def edited(turn: Turn, post: Post) -> Reply:
    """A new version goes to be read; whatever was decided before no longer counts."""
    try:
        typed = read(turn, post)
    except Unusable as wrong:
        form = post_form(turn.school.accounts, post.content, pictures=_places(turn), post=post)
        return Invalid(form, turn.request.fields, wrong.errors)
    return await _send(turn, edit(post, typed.content, typed.advice, turn.now))


@registry.button("post.withdraw", "Withdraw", needs=writes, record=Post)
async def withdrawn(turn: Turn, post: Post) -> Reply:
    """Its author takes it back."""
    keep(turn, withdraw(post))
    return Nothing()


@registry.arrival(Post)
async def arrived(turn: Turn, post: Post, files: tuple[Arrived | Missing, ...]) -> None:
    """The pictures are in, and the post goes to be read; or one could not be taken, and its author is told."""
    if post.status is not State.FETCHING:
        return
    author = await author_of(turn, post)
    missing = [file for file in files if isinstance(file, Missing)]
    if missing:
        trouble = " ".join(f"{each.what} {each.then}" for each in missing)
        back = keep(turn, unfetched(post, trouble))
        turn.send("post.decided", author, back)
        return
    pictures = tuple(
        replace(picture, sha256=file.sha256, width=file.width, height=file.height)
        for picture, file in zip(post.pictures, files, strict=True)
        if isinstance(file, Arrived)
    )
    await ask_deciders(turn, keep(turn, fetched(post, pictures, turn.now)))


async def _send(turn: Turn, post: Post) -> Reply:
    post = keep(turn, post)
    if post.status is State.FETCHING:
        turn.fetch(post)
        return Say(_receipt(post, "Its pictures are being checked; then it goes to be read."))
    asked = await ask_deciders(turn, post)
    if asked:
        return Say(_receipt(post, f"It is with {listed(asked, 'or')}. You will be told when it is decided."))
    return Say(_receipt(post, "Nobody can decide on it just now. Please tell the school office."))


def _receipt(post: Post, said: str) -> Card:
    advice = tuple(
        Notice(f"{each.message} {each.then}", cite(each.clause) if each.clause else "") for each in post.advice
    )
    return Card(f"{post.id} is on its way", f"{post.id} is on its way. {said}", (Text(said), *advice))


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that can be taken: the content, and what its author and reader are advised of."""

    content: Content
    advice: tuple[Finding, ...]


def read(turn: Turn, post: Post | None) -> Typed:
    """The post that was typed. Raises Unusable, by field, for what cannot be sent as it is."""
    fields = turn.request.fields
    account = turn.school.account(_text(fields, "account"))
    if account is None:
        raise Unusable({"account": "Please choose one of the school's accounts."})
    numbered, wrong = _pictures(turn, post)
    pictures = tuple(picture for _, picture in numbered)
    source = _text(fields, "source")
    planned = fields.get("planned")
    content = Content(
        text=clean(_text(fields, "text")),
        account=account.id,
        planned=planned if isinstance(planned, datetime) else None,
        pictures=pictures,
        source=Source(source) if pictures and source in SOURCES else None,
        source_note=clean(_text(fields, "source_note")) if pictures else "",
    )
    if content.planned is not None and content.planned <= turn.now:
        wrong["planned"] = "That time has passed. Please choose a later one, or leave it empty."
    elif content.planned is not None and content.planned > turn.now + FURTHEST:
        wrong["planned"] = "That is more than a year away. Please choose a nearer time, or leave it empty."
    drafted = tuple(PictureDraft(each.alt, each.who, each.name) for each in pictures)
    findings = check_draft(
        Draft(content.text, drafted, content.source, content.source_note), account, turn.school.accounts
    )
    names = {field(at): field(n) for at, (n, _) in enumerate(numbered, 1) for field in (alt_field, who_field)}
    wrong |= {names.get(name, name): said for name, said in errors(findings).items() if name not in wrong}
    if wrong:
        raise Unusable(wrong)
    return Typed(content, tuple(each for each in findings if not each.blocking))


def _pictures(turn: Turn, post: Post | None) -> tuple[list[tuple[int, Picture]], dict[str, str]]:
    """The pictures by their number in the form, and what is wrong with any; places left empty are passed over."""
    fields, found, wrong = turn.request.fields, list[tuple[int, Picture]](), dict[str, str]()
    for number in range(1, _places(turn) + 1):
        kept = post.pictures[number - 1] if post is not None and number <= len(post.pictures) else None
        if _text(fields, f"keep_{number}") == "remove":
            continue
        file = fields.get(f"picture_{number}")
        alt, who = clean(_text(fields, alt_field(number))), _text(fields, who_field(number))
        if isinstance(file, FileRef):
            kept = Picture(file.surface, file.id, file.name)
        if kept is not None:
            found.append((number, replace(kept, alt=alt, who=Who(who) if who in WHO else None)))
        elif alt or who:
            wrong[f"picture_{number}"] = "The picture itself is missing. Please choose the file."
    return found, wrong


def _places(turn: Turn) -> int:
    """How many picture places the form that was sent had, by its own word, within the limit."""
    said = turn.request.payload.get("pictures", "0")
    return min(MOST_PICTURES, int(said)) if said.isdecimal() else 0


def _text(fields: Mapping[str, Value], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""
