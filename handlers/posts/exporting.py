"""Posts laid out to be read outside Exeat."""

from collections.abc import Iterator
from datetime import datetime

from cards.export import Fact, Part, Photo, Piece, Sheet, When, Who, Words
from handlers.registry import Registry
from handlers.turn import Scene
from policy.content import Content
from policy.picture import Picture
from policy.picture import Who as InPicture
from policy.post import Decision, Post

registry = Registry()

VERDICTS = {"approve": "Approved", "changes": "Changes asked for", "reject": "Rejected"}


@registry.exports("posts", "Posts", Post)
async def post(scene: Scene, post: Post) -> Sheet:
    """A post: its author's in every version, and each decision on it its author's and whoever took it."""
    pieces: list[Piece] = [Who("Written by", post.author), When("Begun", post.made_at), Fact("Stands as", post.state)]
    pieces += [When("Sent", post.waiting_since)] if post.waiting_since else []
    pieces += [Fact("Answers comment", post.reply_to)] if post.reply_to else []
    pieces += [Words("Noticed by the checks", each.message, post.author) for each in post.advice]
    pieces += [Words("Trouble with its pictures", post.trouble, post.author)] if post.trouble else []
    parts = [Part("The post", (post.author,), tuple(pieces))]
    for edition in post.earlier:
        parts.append(_version(scene, post, edition.version, edition.content, edition.at))
    parts.append(_version(scene, post, post.version, post.content, None))
    parts += [decision_part(each, post.author) for each in post.decisions]
    if post.posted_at is not None:
        put_up: list[Piece] = [Who("Put up by", post.posted_by), When("Put up", post.posted_at)]
        put_up += [Words("Link", post.link, post.posted_by)] if post.link else []
        parts.append(Part("Put up", (post.author, post.posted_by), tuple(put_up)))
    return Sheet(post.KIND, post.id, f"Post {post.id}", tuple(parts))


def decision_part(decision: Decision, author: str) -> Part:
    """A decision on what somebody wrote: its author's and whoever took it's."""
    pieces: list[Piece] = [
        Fact("Decision", VERDICTS[decision.verdict]),
        When("When", decision.at),
        Who("By", decision.by),
        Fact("As", decision.authority.partition(",")[0]),
    ]
    pieces += [Words("Reason", decision.reason, decision.by)] if decision.reason else []
    return Part(f"Decision on version {decision.version}", (author, decision.by), tuple(pieces))


def _version(scene: Scene, post: Post, version: int, content: Content, changed: datetime | None) -> Part:
    pieces: list[Piece] = [
        Fact("For", scene.account_name(content.account)),
        Words("Words", content.text, post.author),
    ]
    pieces += [When("Planned for", content.planned)] if content.planned else []
    pieces += [Fact("Pictures come from", content.source.label)] if content.source else []
    pieces += [Words("Permission or licence", content.source_note, post.author)] if content.source_note else []
    pieces += list(_pictures(content.pictures, post.author))
    pieces += [When("Changed again", changed)] if changed else []
    return Part(f"Version {version}", (post.author,), tuple(pieces))


def _pictures(pictures: tuple[Picture, ...], author: str) -> Iterator[Piece]:
    for number, each in enumerate(pictures, 1):
        label = f"Picture {number}"
        yield Photo(label, each.sha256, each.alt, each.name, author, each.who is InPicture.NOBODY)
        if each.who is not None:
            yield Fact(f"{label}: who is in it", each.who.label)
