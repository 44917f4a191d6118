"""Drafts that their author keeps: where forms hold no files, the pictures sent to the chat go to them."""

from dataclasses import replace

from cards.model import FileRef
from cards.post_draft import Sorted, got_card, kept_card, no_picture_card
from cards.post_forms import MOST_PICTURES, post_form
from handlers.answering import moved, stays
from handlers.entries import FILES
from handlers.needs import staff
from handlers.posts.access import keep, writes
from handlers.posts.reading import given, given_since, read, so_far
from handlers.posts.sending import put_forward
from handlers.registry import Registry
from handlers.request import Ask, Invalid, Reply, Request, Say
from handlers.turn import Turn
from policy.content import Content
from policy.picture import Picture
from policy.post import EDITABLE, OPEN, Post, State, draft, edit, only
from policy.post.drafts import attach, keep_draft
from policy.refused import Unusable
from policy.text import clean

registry = Registry()

MOST_DRAFTS = 50
"""Among how many of somebody's drafts, newest first, the one last kept is looked for."""


@registry.button("post.keep", "Add a picture", needs=staff)
async def keep_new(turn: Turn) -> Reply:
    """What was typed so far is kept as a draft, to which pictures can be sent."""
    return Say(kept_card(await _begin(turn, so_far(turn, None, given(turn.request)))))


@registry.button("post.edit.keep", "Add a picture", needs=writes, record=Post)
async def keep_edited(turn: Turn, post: Post) -> Reply:
    """A post becomes a draft with what was typed; whoever had it to read has it no more until it is sent again."""
    only(post, "changed", *EDITABLE)
    back = await _keep(turn, post)
    turn.send("post", turn.viewer, back)
    return Say(kept_card(back, before=post.status))


@registry.button("post.finish", "Describe and send", needs=writes, record=Post, bound=False)
async def finish(turn: Turn, post: Post) -> Reply:
    """The form of a draft: what is still to be said of it, and Send."""
    only(post, "sent", State.DRAFT)
    return Ask(post_form(turn.school.accounts, post.content, post=post, files=turn.request.attaches))


@registry.button("post.finish.keep", "Add a picture", needs=writes, record=Post, bound=False)
async def keep_again(turn: Turn, post: Post) -> Reply:
    """What was typed is kept in the draft, and another picture can be sent."""
    only(post, "changed", State.DRAFT)
    return Say(kept_card(await _keep(turn, post)))


@registry.form("post.finish.send", needs=writes, record=Post, bound=False)
async def finished(turn: Turn, post: Post) -> Reply:
    """The draft goes to be read, as its form showed it; if its pictures changed meanwhile, the form comes again."""
    only(post, "sent", State.DRAFT)
    sent, news = given_since(turn.request, post)
    try:
        typed = read(turn, post, sent)
        await stays(turn, post, typed.content.account)
        wrong = news
    except Unusable as unusable:
        wrong = {**unusable.errors, **news}
    if wrong:
        form = post_form(turn.school.accounts, post.content, post=post, files=turn.request.attaches)
        return Invalid(form, sent.fields, wrong)
    return await put_forward(turn, edit(post, typed.content, typed.advice, turn.now))


@registry.form(FILES, needs=staff)
async def files(turn: Turn) -> Reply:
    """Pictures sent to the chat: they go to the draft that was last kept, or else begin one.

    Words sent with them are its text, unless it has one already: then they are handed back.
    """
    sent, words = attached(turn.request), clean(turn.request.text)
    if not sent:
        return Say(no_picture_card(words), refused=True)
    post = await _open_draft(turn)
    if post is None:
        return await begin_with(turn, words, sent)
    taken = _with_words(_sorted(sent, post.pictures), words, post.content.text)
    if taken.fresh or taken.text:
        changed = attach(post, taken.fresh, turn.now)
        post = keep(turn, replace(changed, content=replace(changed.content, text=taken.text or post.content.text)))
        turn.fetch(post)
    return Say(got_card(post, taken), refused=not (taken.fresh or taken.again or taken.text))


async def begin_with(turn: Turn, text: str, sent: tuple[FileRef, ...]) -> Reply:
    """A draft of a text and the pictures that came with it."""
    taken, newest = replace(_sorted(sent, ()), text=text), await _newest(turn)
    account = turn.school.accounts[0].id if len(turn.school.accounts) == 1 else ""
    post = await _begin(turn, Content(text, account, pictures=taken.fresh))
    sent_before = newest.id if newest and newest.status in OPEN and newest.status is not State.DRAFT else ""
    return Say(got_card(post, taken, begun=True, sent_before=sent_before))


def attached(request: Request) -> tuple[FileRef, ...]:
    """The files that came with a request, in their order."""
    sent = {
        int(name.removeprefix("file_")): value
        for name, value in request.fields.items()
        if isinstance(value, FileRef) and name.startswith("file_") and name.removeprefix("file_").isdecimal()
    }
    return tuple(sent[number] for number in sorted(sent))


async def _begin(turn: Turn, content: Content) -> Post:
    """A new draft, with its card for its author.

    Two pictures sent at one moment begin one draft: of two that find none, the second is run again and finds it.
    """
    newest = await _newest(turn)
    await turn.once(f"draft/{turn.viewer.id}/{newest.id if newest else ''}")
    number, salt = await turn.tx.new_id(Post), turn.random(32).hex()
    post = draft(number, turn.school.id, turn.viewer.id, content, (), salt, turn.now)
    post = keep(turn, replace(post, kept_at=turn.now))
    turn.send("post", turn.viewer, post)
    if post.pictures:
        turn.fetch(post)
    return post


async def _keep(turn: Turn, post: Post) -> Post:
    """The post as a draft, with what was typed so far."""
    sent, _ = given_since(turn.request, post)
    post = keep(turn, keep_draft(post, so_far(turn, post, sent), turn.now))
    await moved(turn, post)
    if not all(picture.cleaned for picture in post.pictures):
        turn.fetch(post)
    return post


async def _open_draft(turn: Turn) -> Post | None:
    """The draft that the viewer kept last."""
    found = [
        post
        for id in turn.viewer.ids
        for post in await turn.tx.find(Post, owner=id, state=State.DRAFT.value, limit=MOST_DRAFTS)
    ]
    return max(found, key=lambda post: post.kept_at or post.made_at, default=None)


async def _newest(turn: Turn) -> Post | None:
    """The post that the viewer began last."""
    found = [post for id in turn.viewer.ids for post in await turn.tx.find(Post, owner=id, limit=1)]
    return max(found, key=lambda post: post.made_at, default=None)


def _with_words(taken: Sorted, words: str, text: str) -> Sorted:
    """The same with the words that came with them, for a draft that has that text so far."""
    if text:
        return taken if words == text else replace(taken, left=words)
    return replace(taken, text=words)


def _sorted(sent: tuple[FileRef, ...], there: tuple[Picture, ...]) -> Sorted:
    """Which files can go to a post that has those pictures, which it has already, and which are too many."""
    fresh, again, over = list[Picture](), list[Picture](), list[Picture]()
    had = {(picture.surface, picture.file_id) for picture in there}
    for file in sent:
        picture, name = Picture(file.surface, file.id, clean(file.name)), (file.surface, file.id)
        if name in had:
            again.append(picture)
        elif len(there) + len(fresh) < MOST_PICTURES:
            fresh.append(picture)
            had.add(name)
        else:
            over.append(picture)
    return Sorted(tuple(fresh), tuple(again), tuple(over))
