"""What changed in a text as Teams shows it: "Was", its lost words struck through, and "Now", its new underlined."""

from collections.abc import Iterator, Sequence

from cards.changes import changes
from cards.limits import TEAMS
from cards.teams import rich
from cards.teams.rich import BOLD, QUIET, Json, Run, Style
from cards.text import clip, harmless

LOST: Style = {"strikethrough": True}
GAINED: Style = {"underline": True, "weight": "Bolder"}

_SKIP_BEYOND = 600
_CONTEXT = 60


def difference(label: str, before: str, after: str, longest: int) -> list[Json]:
    """Two texts one above the other, each in at most `longest` characters. Long stretches that stayed the same are
    left out visibly, so that no change falls off the end.
    """
    was, now = harmless(before), harmless(after)
    skip = len(was) + len(now) > _SKIP_BEYOND
    lost, gained = list[Run](), list[Run]()
    for same, old, new in changes(was, now):
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
