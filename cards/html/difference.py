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
    before, after = (_WORD.findall(harmless(text)) for text in (change.before, change.after))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    long = len(before) + len(after) > _MOST_WORDS
    if not (before and after) or long or matcher.ratio() < _ALIKE:
        shown = _one_after_the_other(change)
    else:
        shown = Markup('<p class="words" dir="auto">{}</p>').format(together(_changes(matcher, before, after)))
    return Markup('<section class="difference"><p class="label">{}</p>{}</section>').format(
        inline(f"{change.label}: removed and added words"), shown
    )


def _changes(matcher: "SequenceMatcher[str]", before: list[str], after: list[str]) -> Iterator[Markup]:
    for kind, start, end, began, ended in matcher.get_opcodes():
        if kind == "equal":
            yield Markup.escape("".join(before[start:end]))
            continue
        if end > start:
            yield REMOVED.format("".join(before[start:end]))
        if ended > began:
            yield ADDED.format("".join(after[began:ended]))


def _one_after_the_other(change: Difference) -> Markup:
    pair = Markup('<dl class="facts"><div><dt>Was</dt><dd>{}</dd></div><div><dt>Now</dt><dd>{}</dd></div></dl>')
    was, now = (block(text) if text else Markup("nothing") for text in (change.before, change.after))
    return pair.format(Markup("<del>{}</del>").format(was), Markup("<ins>{}</ins>").format(now))
