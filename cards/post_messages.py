"""What is said of a post as things happen to it: sent, ready to go up, come back, still waiting, its time over."""

from datetime import datetime

from cards.model import Card, Copy, Element, Facts, Notice, Picture, Text, Tone, only
from cards.post import FINISH, Eyes, approval, buttons, content, gist, replies_to, standing, when, whole, why
from cards.wording import moment
from policy.clauses import cite
from policy.post import WORDS, Post, State, Verdict

PUTTING_UP = ("Mark as posted", "Edit", "History")
"""The buttons of a card to post from."""

PHONE_PICTURES = "If you took the pictures with your own phone, please delete them from it now."


def sent_card(post: Post, said: str) -> Card:
    """What its author is told at once: where it is now, and what was advised about it."""
    advice = tuple(
        Notice(f"{each.message} {each.then}", cite(each.clause) if each.clause else "") for each in post.advice
    )
    return Card(f"{post.id} is on its way", f"{post.id} is on its way. {said}", (Text(said), *advice))


def ready_card(post: Post, eyes: Eyes) -> Card:
    """What the author and the account's owners post from: the approved words, ready to copy, and the pictures."""
    if post.status is State.POSTED:
        return moved_card(post, eyes)
    if post.status is not State.APPROVED:
        said = f"{standing(post, eyes)} Please do not post from an earlier card, or from a copy of it."
        return Card(f"{post.id}: {WORDS[post.status]}", f"{post.id}: {said}", (Text(said),))
    due = when(post.content.planned, eyes, "now")
    title = f"{post.id} is approved: ready for {eyes.account_name}"
    lead = f"It can go up {due}. Please post exactly this, then press Mark as posted."
    body: list[Element] = [Text(lead), *approval(post, eyes, "Approved by {who}, {at}, {right}.")]
    body += replies_to(post, eyes)
    if post.content.text:
        body.append(Copy(post.content.text, whole=whole(post)))
    body += [Picture(p.sha256, p.alt, f"Alt text: {p.alt}", download=True) for p in post.pictures]
    if post.pictures:
        body.append(Notice(PHONE_PICTURES, cite("pupil-pictures")))
    return Card(title, f"{title}. It can go up {due}.", tuple(body), only(buttons(post, eyes), *PUTTING_UP))


def decided_card(post: Post, eyes: Eyes) -> Card:
    """What the author hears when the post comes back: what was decided, or what is wrong with a picture, and what
    to do. Once the post has moved on the card only says where it is.
    """
    then = {
        State.DRAFT: "Press Edit to put it right and send it again.",
        State.CHANGES: "Press Edit to change it and send it again.",
        State.REJECTED: "It does not go out. If you would like to talk it over, please speak to them.",
    }.get(post.status)
    if then is None:
        return moved_card(post, eyes)
    if post.kept:
        then = f"Send another picture here in the chat, or press {FINISH} to go on without it."
    status = standing(post, eyes)
    body = (Text(status, Tone.STRONG), *why(post, eyes), Text(f"The post: {gist(post)}", Tone.QUIET), Text(then))
    summary = f"{post.id}: {status} {then}"
    return Card(f"{post.id}: {WORDS[post.status]}", summary, body, only(buttons(post, eyes), "Edit", FINISH))


def moved_card(post: Post, eyes: Eyes) -> Card:
    """What is left of a message once the post has moved on from it: where the post is now, and nothing to press."""
    status = standing(post, eyes)
    rows = (("Account", eyes.account_name), ("Link", post.link)) if post.link else ()
    body: tuple[Element, ...] = (Text(status), Facts(rows)) if rows else (Text(status),)
    return Card(f"{post.id}: {WORDS[post.status]}", f"{post.id}: {status}", body)


def nobody_card(post: Post, eyes: Eyes) -> Card:
    """A word to the author that nobody can decide just now."""
    if post.status is not State.WAITING or eyes.deciders:
        return moved_card(post, eyes)
    said = f"{post.id} waits, and nobody can decide on it just now."
    then = "Please tell the school office: the headteacher can name somebody with /away."
    return Card(f"Nobody can decide on {post.id}", f"{said} {then}", (Text(said), Text(then)), buttons(post, eyes))


def nag_card(post: Post, eyes: Eyes, now: datetime) -> Card:
    """A reminder to whoever decides that a post still waits."""
    if post.status is not State.WAITING:
        return moved_card(post, eyes)
    since = moment(post.waiting_since, eyes.zone) if post.waiting_since else ""
    lead = f"{post.id} from {eyes.name(post.author)} has waited since {since}."
    if post.content.planned is not None and post.content.planned > now:
        lead += f" It is planned for {moment(post.content.planned, eyes.zone)}, and will not go out undecided."
    return Card(f"Still waiting: {post.id}", lead, (Text(lead), *content(post)), buttons(post, eyes))


def time_card(post: Post, eyes: Eyes) -> Card:
    """A word to whoever puts it up that the planned time of an approved post has come."""
    card = ready_card(post, eyes)
    if post.status is not State.APPROVED:
        return card
    return Card(f"It is time for {post.id}", f"It is time to post {post.id}.", card.body, card.buttons)


def over_card(post: Post, eyes: Eyes) -> Card:
    """A word to the author that the post's time has passed, and what to do."""
    if post.status is not State.EXPIRED:
        return moved_card(post, eyes)
    status, last = standing(post, eyes), post.last_decision
    lapsed = last is not None and last.version == post.version and last.verdict is Verdict.APPROVE
    reason = "An approval does not last for ever." if lapsed else "Nothing is ever approved by waiting."
    new_time = "give it a new time and " if post.content.planned else ""
    then = f"Press Edit to {new_time}send it again, or leave it."
    title = f"{post.id}: the approval has lapsed" if lapsed else f"{post.id} did not go out"
    about = Text(f"The post: {gist(post)}", Tone.QUIET)
    body = (Text(status), about, Text(then), Notice(reason, cite("approve-posts")))
    return Card(title, f"{post.id}: {status} {then}", body, only(buttons(post, eyes), "Edit"))
