"""What changed in a text, as HTML: struck out and underlined, and said in words to those who cannot see that."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from markupsafe import Markup

from cards.html.words import block, inline, together
from cards.model import Difference
from cards.text import harmless

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_MOST_WORDS = 3_000
_ALIKE = 0.4
"""Below this likeness the two texts are easier to read one after the other."""

REMOVED = Markup('<del><span class="unseen"> [removed:] </span>{}<span class="unseen"> [end] </span></del>')
ADDED = Markup('<ins><span class="unseen"> [added:] </span>{}<span class="unseen"> [end] </span></ins>')


def difference_html(change: Difference) -> Markup:
    """The change word by word, or the texts as they were and are where hardly a word was kept."""
    was, now = harmless(change.before), harmless(change.after)
    before, after = _WORD.findall(was), _WORD.findall(now)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    long = len(before) + len(after) > _MOST_WORDS
    if not (before and after) or long or matcher.ratio() < _ALIKE:
        shown = _one_after_the_other(was, now)
    else:
        shown = Markup('<p class="words" dir="auto">{}</p>').format(together(_changes(matcher, before, after)))
    return Markup('<section class="difference"><p class="label">{}</p>{}</section>').format(
        inline(f"{change.label}: removed and added words"), shown
    )


def _changes(matcher: "SequenceMatcher[str]", before: list[str], after: list[str]) -> Iterator[Markup]:
    for kept, start, end, began, ended in _runs(matcher, before):
        if kept:
            yield Markup.escape("".join(before[start:end]))
            continue
        if end > start:
            yield REMOVED.format("".join(before[start:end]))
        if ended > began:
            yield ADDED.format("".join(after[began:ended]))


def _runs(matcher: "SequenceMatcher[str]", before: list[str]) -> list[tuple[bool, int, int, int, int]]:
    """What was kept and what was changed, in turns. Changes with nothing but a space between them are one."""
    runs: list[tuple[bool, int, int, int, int]] = []
    codes = matcher.get_opcodes()
    for place, (kind, start, end, began, ended) in enumerate(codes):
        inside = 0 < place < len(codes) - 1 and not "".join(before[start:end]).strip()
        kept = kind == "equal" and not inside
        if runs and not kept and not runs[-1][0]:
            _, start, _, began, _ = runs.pop()
        runs.append((kept, start, end, began, ended))
    return runs


def _one_after_the_other(was: str, now: str) -> Markup:
    removed = Markup("<del>{}</del>").format(block(was)) if was else Markup("nothing")
    added = Markup("<ins>{}</ins>").format(block(now)) if now else Markup("nothing")
    return Markup(
        '<dl class="facts"><div><dt>Was</dt><dd>{}</dd></div><div><dt>Now</dt><dd>{}</dd></div></dl>'
    ).format(removed, added)
