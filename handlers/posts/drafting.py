"""Writing a post: the form, sending it, changing it and taking it back."""

from dataclasses import replace

from cards.post_forms import post_form
from handlers.answering import moved, stays
from handlers.needs import staff
from handlers.posts.access import ask_deciders, author_of, keep, writes
from handlers.posts.drafts import attached, begin_with
from handlers.posts.reading import given, read
from handlers.posts.sending import put_forward
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Nothing, Reply
from handlers.turn import Turn
from policy.picture import Arrived, Missing
from policy.post import EDITABLE, Post, State, draft, edit, fetched, only, send, unfetched, withdraw
from policy.post.drafts import take_in
from policy.refused import Unusable
from policy.text import clean

registry = Registry()


@registry.command("draftpost", needs=staff, summary="Draft a post for approval", hint="[text]")
async def draftpost(turn: Turn) -> Reply:
    """The form, with any text that was typed after the command; with pictures beside it, a draft of both."""
    typed = clean(turn.request.text)
    if sent := attached(turn.request):
        return await begin_with(turn, typed, sent)
    form = post_form(turn.school.accounts, files=turn.request.attaches)
    parts = (replace(form.parts[0], value=typed) if typed else form.parts[0], *form.parts[1:])  # type: ignore[arg-type]
    return Ask(replace(form, parts=parts))


@registry.button("post.more", "Add a picture", needs=staff)
async def more(turn: Turn) -> Reply:
    """The same form with one more place for a picture."""
    return Ask(post_form(turn.school.accounts, pictures=given(turn.request).places))


@registry.form("post.new", needs=staff)
async def new(turn: Turn) -> Reply:
    """A post is made and sent."""
    sent = given(turn.request)
    try:
        typed = read(turn, None, sent)
    except Unusable as wrong:
        form = post_form(turn.school.accounts, pictures=sent.places, files=turn.request.attaches)
        return Invalid(form, turn.request.fields, wrong.errors)
    number = await turn.tx.new_id(Post)
    salt = turn.random(32).hex()
    post = draft(number, turn.school.id, turn.viewer.id, typed.content, typed.advice, salt, turn.now)
    turn.send("post", turn.viewer, post)
    return await put_forward(turn, send(post, turn.now))


@registry.button("post.edit", "Edit", needs=writes, record=Post)
async def edit_form(turn: Turn, post: Post) -> Reply:
    """The form again, with the post in it."""
    only(post, "changed", *EDITABLE)
    return Ask(post_form(turn.school.accounts, post.content, post=post, files=turn.request.attaches))


@registry.button("post.edit.more", "Add a picture", needs=writes, record=Post)
async def edit_more(turn: Turn, post: Post) -> Reply:
    """The same form with one more place for a picture."""
    return Ask(post_form(turn.school.accounts, post.content, pictures=given(turn.request).places, post=post))


@registry.form("post.edit.send", needs=writes, record=Post)
async def edited(turn: Turn, post: Post) -> Reply:
    """A new version goes to be read; whatever was decided before no longer counts."""
    sent, files = given(turn.request), turn.request.attaches
    try:
        typed = read(turn, post, sent)
        await stays(turn, post, typed.content.account)
    except Unusable as wrong:
        form = post_form(turn.school.accounts, post.content, pictures=sent.places, post=post, files=files)
        return Invalid(form, turn.request.fields, wrong.errors)
    return await put_forward(turn, edit(post, typed.content, typed.advice, turn.now))


@registry.button("post.withdraw", "Withdraw", needs=writes, record=Post)
async def withdrawn(turn: Turn, post: Post) -> Reply:
    """Its author takes it back."""
    await moved(turn, keep(turn, withdraw(post)))
    return Nothing()


@registry.arrival(Post)
async def arrived(turn: Turn, post: Post, files: tuple[Arrived | Missing, ...]) -> None:
    """The pictures are in: of a draft they are kept; a post that was sent goes to be read.

    Where one could not be taken, the author is told. A post that came with its pictures in a form is a draft again;
    from one whose pictures were sent in the chat that one is left out, as its address does not last.
    """
    if post.status is not State.FETCHING and not post.kept:
        return
    author = await author_of(turn, post)
    missing = [file for file in files if isinstance(file, Missing)]
    pictures = tuple(
        replace(picture, sha256=file.sha256, width=file.width, height=file.height)
        for picture, file in zip(post.pictures, files, strict=True)
        if isinstance(file, Arrived)
    )
    if missing:
        if post.kept_at is None:
            back = unfetched(post, " ".join(f"{each.what} {each.then}" for each in missing))
        else:
            back = take_in(post, pictures, " ".join(f"{each.what} It is left out. {each.then}" for each in missing))
        turn.send("post.decided", author, keep(turn, back))
    elif post.status is State.FETCHING:
        await ask_deciders(turn, keep(turn, fetched(post, pictures, turn.now)))
    elif pictures != post.pictures:
        keep(turn, take_in(post, pictures, ""))
