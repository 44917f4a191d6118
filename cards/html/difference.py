"""What changed in a text, as HTML: struck out and underlined, and said in words to those who cannot see that."""

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from cards.changes import Change, changes
from cards.html.words import block, inline, together
from cards.model import Difference
from cards.text import harmless

_ALIKE = 0.4
"""Below this likeness the two texts are easier to read one after the other."""

REMOVED = Markup('<del><span class="unseen"> [removed:] </span>{}<span class="unseen"> [end] </span></del>')
ADDED = Markup('<ins><span class="unseen"> [added:] </span>{}<span class="unseen"> [end] </span></ins>')


def difference_html(change: Difference) -> Markup:
    """The change word by word, or the texts as they were and are where hardly a word was kept."""
    was, now = harmless(change.before), harmless(change.after)
    found = changes(was, now)
    alike = 2 * sum(len(old) for same, old, _ in found if same)
    if not (was and now) or alike < _ALIKE * (len(was) + len(now)):
        shown = _one_after_the_other(was, now)
    else:
        shown = Markup('<p class="words" dir="auto">{}</p>').format(together(_marked(found)))
    return Markup('<section class="difference"><p class="label">{}</p>{}</section>').format(
        inline(f"{change.label}: removed and added words"), shown
    )


def _marked(found: Iterable[Change]) -> Iterator[Markup]:
    for same, old, new in found:
        if same:
            yield Markup.escape(old)
            continue
        if old:
            yield REMOVED.format(old)
        if new:
            yield ADDED.format(new)


def _one_after_the_other(was: str, now: str) -> Markup:
    removed = Markup("<del>{}</del>").format(block(was)) if was else Markup("nothing")
    added = Markup("<ins>{}</ins>").format(block(now)) if now else Markup("nothing")
    return Markup(
        '<dl class="facts"><div><dt>Was</dt><dd>{}</dd></div><div><dt>Now</dt><dd>{}</dd></div></dl>'
    ).format(removed, added)
