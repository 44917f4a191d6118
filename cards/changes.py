"""What changed between two texts: the stretches that stayed the same and those that did not, in turns."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import takewhile

Words = Sequence[str]
Change = tuple[bool, str, str]
"""Whether a stretch stayed the same, what it was, and what it is now."""

MOST_PAIRS = 20_000
"""How many pairs of equal words, one from each text, are looked at: comparing takes long with many."""

MOST_CHANGES = 60
"""Beyond so many stretches, word by word is no help to a reader."""

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


def changes(before: str, after: str) -> list[Change]:
    """The stretches in their order; what lies between the alike beginning and end is one where words are no help."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    head, tail = "".join(old[:start]), "".join(old[len(old) - end :])
    lost, gained = old[start : len(old) - end], new[start : len(new) - end]
    middle = [(False, "".join(lost), "".join(gained))]
    if _pairs(lost, gained) <= MOST_PAIRS:
        codes = SequenceMatcher(str.isspace, lost, gained, autojunk=False).get_opcodes()
        found = _joined((kind == "equal", "".join(lost[a:b]), "".join(gained[c:d])) for kind, a, b, c, d in codes)
        middle = found if len(found) <= MOST_CHANGES else middle
    return [change for change in ((True, head, head), *middle, (True, tail, tail)) if change[1] or change[2]]


def _pairs(one: Words, other: Words) -> int:
    """How many pairs of equal words there are, one from each."""
    counted = Counter(other)
    return sum(counted[word] for word in one if not word.isspace())


def _joined(found: Iterable[Change]) -> list[Change]:
    """The same, with changes that have nothing but a space between them made one."""
    joined = list[Change]()
    for same, old, new in found:
        follows = bool(joined) and not joined[-1][0]
        if follows and (not same or not old.strip()):
            joined[-1] = (False, joined[-1][1] + old, joined[-1][2] + new)
        else:
            joined.append((same, old, new))
    return joined


def _shared(one: Words, other: Words) -> int:
    """How many words two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
