"""What changed in a text as Teams shows it: "Was", its lost words struck through, and "Now", its new underlined."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import takewhile

from cards.limits import TEAMS
from cards.teams import rich
from cards.teams.rich import BOLD, QUIET, Json, Run, Style
from cards.text import clip, harmless

Words = Sequence[str]
Change = tuple[bool, str, str]
"""Whether a stretch stayed the same, what it was, and what it is now."""

LOST: Style = {"strikethrough": True}
GAINED: Style = {"underline": True, "weight": "Bolder"}

_WORDS = re.compile(r"\s+|\S+")
_SKIP_BEYOND = 600
_CONTEXT = 60


def difference(label: str, before: str, after: str, longest: int) -> list[Json]:
    """Two texts one above the other, each in at most `longest` characters. Long stretches that stayed the same are
    left out visibly, so that no change falls off the end.
    """
    was, now = harmless(before), harmless(after)
    skip = len(was) + len(now) > _SKIP_BEYOND
    lost, gained = list[Run](), list[Run]()
    for same, old, new in _changes(_WORDS.findall(was), _WORDS.findall(now)):
        lost += _kept(old, skip) if same else rich.words_raw(old, **LOST)
        gained += _kept(new, skip) if same else rich.words_raw(new, **GAINED)
    nothing = rich.words_raw("nothing", italic=True)
    items = [
        rich.block(rich.words_raw("Was:", **QUIET)),
        rich.block(list(_within(lost or nothing, longest)), spacing="None"),
        rich.block(rich.words_raw("Now:", **QUIET)),
        rich.block(list(_within(gained or nothing, longest)), spacing="None"),
    ]
    title = rich.block(rich.words_raw(clip(label, TEAMS.label), **BOLD))
    return [title, {"type": "Container", "style": "emphasis", "spacing": "Small", "items": items}]


def _changes(old: Words, new: Words) -> list[Change]:
    """The stretches that stayed and those that changed, in turns; one change where word by word would be no help."""
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    head, tail = "".join(old[:start]), "".join(old[len(old) - end :])
    lost, gained = old[start : len(old) - end], new[start : len(new) - end]
    middle = [(False, "".join(lost), "".join(gained))]
    if len(lost) + len(gained) <= TEAMS.compared_words:
        codes = SequenceMatcher(None, lost, gained, autojunk=False).get_opcodes()
        found = _joined((kind == "equal", "".join(lost[a:b]), "".join(gained[c:d])) for kind, a, b, c, d in codes)
        middle = found if len(found) <= TEAMS.changes else middle
    return [(True, head, head), *middle, (True, tail, tail)]


def _joined(changes: Iterable[Change]) -> list[Change]:
    """The same, with changes that have nothing but a space between them made one."""
    joined = list[Change]()
    for same, old, new in changes:
        follows = bool(joined) and not joined[-1][0]
        if follows and (not same or not old.strip()):
            joined[-1] = (False, joined[-1][1] + old, joined[-1][2] + new)
        else:
            joined.append((same, old, new))
    return joined


def _shared(one: Words, other: Words) -> int:
    """How many words two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _kept(text: str, skip: bool) -> list[Run]:
    """A stretch that stayed the same; when `skip`, only its two ends."""
    if skip and len(text) > 3 * _CONTEXT:
        ends = rich.words_raw(f"{text[:_CONTEXT]} "), rich.words_raw(f" {text[-_CONTEXT:]}")
        return [*ends[0], *rich.words_raw("[…]", italic=True), *ends[1]]
    return rich.words_raw(text)


def _within(runs: Sequence[Run], longest: int) -> Iterator[Run]:
    """The runs as far as they fit in `longest` characters, and how many characters more there are."""
    left = longest
    for run in runs:
        text = str(run["text"])
        if len(text) > left:
            missing = sum(len(each["text"]) for each in runs) - longest
            if left:
                yield {**run, "text": text[:left]}
            yield from rich.words_raw(f"… {missing:,} more characters", italic=True)
            return
        left -= len(text)
        yield run
