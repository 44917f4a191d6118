"""Every step that a concern may take until it is closed.

They say nothing of the climb or of reminders: `policy.concern.due` sets `next_due` from where a concern stands.
"""

from dataclasses import replace
from datetime import datetime

from policy.calendar import as_utc
from policy.concern.about import CLAUSE
from policy.concern.record import Acknowledgement, Climb, Concern, Contacted, Lado, Outcome, State
from policy.refused import Unusable, WrongState


def acknowledge(concern: Concern, person: str, ids: tuple[str, ...], now: datetime, *, lead: bool = False) -> Concern:
    """Somebody takes it up, and the climb ends. Once more by the same person changes nothing else. What is closed
    stays closed, and is acknowledged only while it calls for somebody.
    """
    closed = concern.status is State.CLOSED
    if closed and not concern.calls:
        raise _closed(concern)
    if concern.has_acknowledged(ids):
        return looked_at(concern)
    manager = concern.manager if concern.manager in concern.told else person
    return replace(
        concern,
        status=State.CLOSED if closed else State.ACKNOWLEDGED,
        calls=False,
        latest=(),
        acknowledged=(*concern.acknowledged, Acknowledgement(person, now, lead)),
        manager=manager,
    )


def call(concern: Concern) -> Concern:
    """One that was taken up climbs again, from the beginning."""
    return replace(concern, calls=True, climb=Climb.CHAT, climbed=(), mornings=0)


def looked_at(concern: Concern) -> Concern:
    """Somebody who acts on it has looked again, and it calls for nobody any more."""
    return replace(concern, calls=False, latest=()) if concern.calls else concern


def answer_lado(concern: Concern, lado: Lado) -> Concern:
    """The question about the LADO is answered. Raises Unusable for a time that has not come, or is none."""
    _managed(concern)
    if lado.contacted is Contacted.YES:
        if lado.contacted_at is None:
            raise Unusable({"when": "Please say when the LADO was contacted."})
        if as_utc(lado.contacted_at) > lado.at:
            raise Unusable({"when": "That time has not come yet. Please say when the LADO was contacted."})
        lado = replace(lado, contacted_at=as_utc(lado.contacted_at))
    else:
        lado = replace(lado, contacted_at=None)
    return replace(concern, lado=lado)


def refer(concern: Concern, agency: str) -> Concern:
    """It was referred to somebody outside."""
    _managed(concern)
    return replace(concern, referred=tuple(dict.fromkeys((*concern.referred, agency))))


def add_reader(concern: Concern, person: str) -> Concern:
    """Somebody may read it from now on."""
    _managed(concern)
    return concern if person in concern.readers else replace(concern, readers=(*concern.readers, person))


def remove_reader(concern: Concern, ids: tuple[str, ...]) -> Concern:
    """Somebody who was added, and is known by these ids, reads it no more. Raises WrongState for anybody else: those
    whom the ladder has reached are nobody's to send away.
    """
    if set(ids).isdisjoint(concern.added) or not set(ids).isdisjoint(concern.told):
        raise WrongState(
            "Nothing was changed: only somebody who was added by name can be taken off.",
            "Those whom an alert has reached by their role stay, so that nobody can be kept from it by one press.",
            "Press Open to see who may read it.",
            clause=CLAUSE,
        )
    return replace(concern, readers=tuple(each for each in concern.readers if each not in ids))


def close(concern: Concern, outcome: Outcome) -> Concern:
    """It is over. Raises WrongState before it was acknowledged, and while the LADO may still have to be told."""
    _managed(concern)
    if concern.asks_lado:
        raise WrongState(
            f"{concern.id} was not closed: it does not say yet whether the LADO was contacted.",
            "A child may be at risk, so that question comes first.",
            "Press LADO, then Close.",
            clause=CLAUSE,
        )
    return replace(concern, status=State.CLOSED, outcome=outcome, latest=())


def _managed(concern: Concern) -> None:
    """Raises WrongState unless somebody has taken it up and it is not over."""
    if concern.status is State.SENT:
        raise WrongState(
            f"{concern.id} has not been acknowledged yet, so nothing was done.",
            "Alerts go on to others until somebody acknowledges it.",
            "Press Acknowledge first.",
        )
    if concern.status is State.CLOSED:
        raise _closed(concern)


def _closed(concern: Concern) -> WrongState:
    return WrongState(
        f"{concern.id} is closed, so nothing was done.",
        "What is closed stays as it was.",
        "Press Add note for anything that is missing.",
    )
