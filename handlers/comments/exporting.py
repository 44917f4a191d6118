"""Comments laid out to be read outside Exeat."""

from cards.export import Fact, Named, Part, Piece, Sheet, When, Who, Words
from handlers.registry import Registry
from handlers.turn import Scene
from policy.comment import WORDS as STANDS
from policy.comment import Act, Comment, Said
from policy.post import Post
from policy.template import Template

registry = Registry()

RIGHTS = {"free": "words of their own", "reported": "as one of the school's own programs told Exeat"}

ACTS = {Act.HIDE: "Hidden", Act.DELETE: "Deleted", Act.BLOCK: "Its writer was blocked", Act.REPORT: "Reported"}


@registry.exports("comments", "Comments", Comment)
async def comment(scene: Scene, comment: Comment) -> Sheet:
    """A comment: its logging is whoever logged it's, each step whoever took it's; its words are its writer's."""
    about = (Fact("On", scene.account_name(comment.account)), When("Received", comment.received_at))
    logged: list[Piece] = [
        *about,
        When("Logged", comment.logged_at),
        Who("Logged by", comment.by),
        Fact("Kind", comment.kind.label),
        Named("Written by", comment.writer),
        Words("What it says", comment.text),
    ]
    logged += [Words("Link", comment.link)] if comment.link else []
    logged += [Words("The platform's own id", comment.external)] if comment.external else []
    logged += [When("To be answered by", comment.due), Fact("Why by then", comment.rule)]
    logged += [Fact("Stands as", STANDS[comment.status])]
    parts = [Part("Logged", (comment.by,), tuple(logged))]
    if comment.assigned:
        parts.append(Part("Handed on", (comment.assigned,), (*about, Who("To", comment.assigned))))
    if comment.acknowledged is not None:
        parts.append(await _said(scene, "Acknowledged", comment.acknowledged))
    if comment.answered is not None:
        parts.append(await _said(scene, "Answered", comment.answered))
    if done := comment.moderation:
        moderated: list[Piece] = [Fact("What was done", ACTS[done.act]), When("When", done.at), Who("By", done.by)]
        moderated += [Words("What readers were told", done.told, done.by)] if done.told else []
        moderated += [Words("Why they were told nothing", done.exception, done.by)] if done.exception else []
        parts.append(Part("Moderated", (done.by,), tuple(moderated)))
    if comment.closed_at is not None:
        closed: list[Piece] = [When("When", comment.closed_at), Who("By", comment.closed_by)]
        closed += [Words("Reason", comment.reason, comment.closed_by)] if comment.reason else []
        parts.append(Part("Closed", (comment.closed_by,), tuple(closed)))
    return Sheet(comment.KIND, comment.id, f"Comment {comment.id}", tuple(parts))


async def _said(scene: Scene, title: str, said: Said) -> Part:
    """What the school said is whoever wrote those words': of an approved wording or post, its author's."""
    author = said.by
    if said.right.startswith(f"{Template.PREFIX}-"):
        wording = await scene.tx.get(Template, said.right)
        author = wording.author if wording else ""
    elif said.right.startswith(f"{Post.PREFIX}-"):
        post = await scene.tx.get(Post, said.right)
        author = post.author if post else ""
    pieces: list[Piece] = [
        When("When", said.at),
        Who("By", said.by),
        Fact("By right of", RIGHTS.get(said.right, said.right)),
    ]
    pieces += [Words("Words", said.words, author)] if said.words else []
    pieces += [Words("Where", said.where, said.by)] if said.where else []
    return Part(title, (said.by,), tuple(pieces))
