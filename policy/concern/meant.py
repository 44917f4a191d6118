"""Whom a name or a role that somebody typed might mean, where a doubt counts as a yes."""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from itertools import pairwise

from policy.people import Role

CLOSE = 0.75
"""How alike two words are that might be one, misspelt: from 0 to 1."""

MISSPELT = 0.85
"""How alike a word is to one of `_LONG` that it is read as."""


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words_of("mr mrs miss ms mx dr sir madam prof professor rev reverend father sister")

_PASSED_OVER = _words_of(
    "a an and are as at by for from he her him his i in is it it's its ll my of on or our re s she that the "
    "their them there they this to was we were who whom whose with you your"
)
"""Words that say nothing of who somebody is."""

_ROLE_LIKE = _words_of(
    "acting interim executive exec associate co current new temporary substantive senior designated named "
    "lead leader leads officer person people teacher teachers manager coordinator co-ordinator team staff "
    "school schools academy college primary secondary infant infants junior juniors member"
)
"""Words that leave it open who somebody is, and leave a role that stands beside them as it is."""

_UNITS = (
    "year|years|key|stage|phase|ks|eyfs|early|foundation|reception|nursery|class|house|houses|department|departments|"
    "dept|faculty|subject|maths|mathematics|english|literacy|science|sciences|biology|chemistry|physics|history|"
    "geography|humanities|music|art|arts|design|technology|dt|drama|pe|sport|sports|games|re|rs|religious|french|"
    "spanish|german|languages|mfl|computing|ict|pastoral|inclusion|sen|send|sixth|boarding|kitchen|catering|site|"
    "estates|finance|hr|admissions|lower|upper|middle|teaching|learning|curriculum|behaviour|pshe|careers|pupil|"
    "pupils|student|students|section|sector"
)
"""What somebody is the head of who is not the headteacher."""

_JOBS = frozenset(_UNITS.split("|")) | _words_of(
    "assistant assistants vice deputy caretaker carer cleaner cook chef coach cover supply dinner lunch "
    "lunchtime midday supervisor lady man woman guy boy girl mum dad mother father parent parents volunteer "
    "visitor receptionist secretary office ta hlta senco sendco trainee student tutor form bus driver nurse "
    "librarian gardener club some one somebody someone not sure know don't called think works here former ex "
    "old retired"
)
"""Words that are hardly anybody's name, unless they follow a title."""

_AFTER_NAMES = _words_of(
    "mbe obe cbe dbe kbe bsc ba ma msc phd dphil mphil med bed pgce pgcert qts npqh npqsl frsa llb jp hons"
) | _words_of("she her hers he him his they them jr snr")
"""What may follow a name and is seldom a part of it."""

_LONG = _words_of(
    "headteacher headmaster headmistress principal safeguarding designated chairman chairwoman "
    "chairperson governor governors trustee trustees protection deputy administrator technician"
)
"""Words of roles that are long enough to be known when they are misspelt."""

_HEAD = r"(?:heads?(?: ?(?:teacher|master|mistress))?|headteachers?|headmasters?|headmistress|principals?|ht)"
_LESSER = r"(?:deputy|deputies|dep|assistant|asst|vice)"
_ANY = r"(?:(?:acting|interim|executive|associate|designated|named|senior|lead|school) )*"
_SCHOOL = r"(?:school|academy|college|primary|secondary|infants?|juniors?|federation|trust)"
_GUARD = r"(?:dsls?|dsp|dso|cpo|safeguarding|child protection|designated)"
_CHAIR = r"(?:chair(?:man|woman|person|s)?|cog)"
_BOARD = r"(?:governors?|governing(?: body| board)?|governance|trustees?|trust|board|directors)"
_COMPUTERS = r"(?:it|ict|network|computer|computers|systems?)"

_LEADS = frozenset({Role.DSL, Role.DEPUTY_DSL})
_NONE = frozenset[Role]()

_PHRASES: tuple[tuple[str, str, frozenset[Role], frozenset[Role]], ...] = (
    (rf"{_HEAD} of (?={_GUARD})", "", _NONE, _NONE),
    (rf"{_HEAD} of (?={_BOARD})", "chair of ", _NONE, _NONE),
    (r"heads? (?:boy|girl|gardener|chef|cook|caretaker|cleaner|groundsman)s?", " caretaker ", _NONE, _NONE),
    (rf"(?:{_LESSER} )?(?:{_UNITS}) {_HEAD}", " caretaker ", _NONE, _NONE),
    (rf"(?:{_LESSER} )?{_HEAD} of (?:{_UNITS})", " caretaker ", _NONE, _NONE),
    (rf"{_CHAIR} of (?:pta|ptfa|pto|friends|parents?)", " caretaker ", _NONE, _NONE),
    (rf"(?:{_LESSER} {_ANY}{_HEAD}|dht|aht)(?: of {_SCHOOL})?", "", _NONE, frozenset({Role.DEPUTY})),
    (rf"{_HEAD}(?: of {_SCHOOL})?", "", frozenset({Role.HEADTEACHER}), _NONE),
    (rf"(?:{_LESSER} {_ANY}{_GUARD}|ddsls?)(?: {_GUARD})*", "", frozenset({Role.DEPUTY_DSL}), _NONE),
    (rf"{_GUARD}(?: {_GUARD})*", "", _LEADS, _NONE),
    (rf"{_LESSER} {_CHAIR}(?: of {_BOARD})?", "", _NONE, frozenset({Role.CHAIR})),
    (rf"(?:{_BOARD} )?{_CHAIR}(?: of {_BOARD})?", "", frozenset({Role.CHAIR}), _NONE),
    (r"(?:governors?|governing(?: body| board)?|trustees?)", "", _NONE, frozenset({Role.CHAIR})),
    (
        rf"{_COMPUTERS} (?:admin|administrator|technician|support|manager|lead|man|guy|person|team|staff|department)",
        "",
        _NONE,
        frozenset({Role.ADMIN}),
    ),
    (r"(?:sysadmins?|admins?|administrators?|technicians?|network)", "", _NONE, frozenset({Role.ADMIN})),
    (r"(?:deputy|deputies)", "", frozenset({Role.DEPUTY_DSL}), frozenset({Role.DEPUTY})),
    (r"(?:boss|ceo)", "", _NONE, frozenset({Role.HEADTEACHER})),
)
"""Phrases, the particular before the general: what is put in their place, the roles that they mean, and those that
they might mean. A head of something smaller is read as what is nobody's role.
"""

_COMPILED = tuple((re.compile(rf"\b{phrase}\b"), put, firm, loose) for phrase, put, firm, loose in _PHRASES)

_LETTERS, _MARKS = re.compile(r"[^\W\d_]{2,}"), re.compile("[\u0300-\u036f]+")

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class _Read:
    """What was typed, taken apart: the roles it means and might mean, and the words that are left."""

    firm: frozenset[Role]
    loose: frozenset[Role]
    left: tuple[str, ...]
    titled: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Words that could be somebody's name."""
        return (*(word for word in self.left if word not in _JOBS), *self.titled)


def might_mean(typed: str, name: str) -> bool:
    """Whether what was typed might mean the person of that name, or address: one word of both is alike, or begins it.

    Any word of a name may be the surname, and a single letter stands for whatever begins with it.
    """
    said, own = _read(typed).names, _words(name.partition("@")[0])
    own = [word for word in own if word not in _TITLES]
    if any(_alike(word, each) for word in said for each in own):
        return True
    letters = sorted(word[0] for word in own)
    return len(own) > 1 and any(len(word) == len(own) and sorted(word) == letters for word in said)


def means(typed: str, name: str) -> bool:
    """Whether all of the name was typed, or nearly so, whatever stands beside it."""
    said, own = _read(typed).names, [word for word in _read(name).names if word not in _AFTER_NAMES]
    whole = any(len(word) > 1 for word in own)
    return whole and all(any(_is_whole(word, each) for word in said) for each in own)


def alike(name: str, other: str) -> bool:
    """Whether two names, or addresses, have a word in common, or nearly so."""
    words = [[word for word in _read(each.partition("@")[0]).names if len(word) > 1] for each in (name, other)]
    return any(_close(one, another) for one in words[0] for another in words[1])


def meant_roles(typed: str) -> frozenset[Role]:
    """The roles that what was typed means, where it says nothing else: "the head"."""
    found = _read(typed)
    return frozenset() if found.left else found.firm


def hinted_roles(typed: str) -> frozenset[Role]:
    """The roles that what was typed means or might mean, whatever stands beside them."""
    found = _read(typed)
    return found.firm | found.loose


def name_words(name: str) -> frozenset[str]:
    """The words of a name that say whose it is, of two letters and more: no titles, and no words such as "the",
    unless it has no others.
    """
    found = frozenset(_LETTERS.findall(_bare(name))) - _TITLES
    return found - _PASSED_OVER or found


def has_word(text: str, words: frozenset[str]) -> bool:
    """Whether one of these words of a name stands in the text, spelt the same but for accents."""
    bare = _bare(text)
    return any(word in bare for word in words) and not words.isdisjoint(_LETTERS.findall(bare))


def _bare(text: str) -> str:
    plain = text if text.isascii() else _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return plain.casefold()


def _read(typed: str) -> _Read:
    words = _words(typed)
    titled = [word for before, word in pairwise(words) if before in _TITLES]
    titled = [word for word in titled if word not in _TITLES and word not in ("the", "in", "from", "who")]
    spelt = [word if word in titled else _spelt(word) for word in words]
    text = " ".join(word for word in spelt if word not in ("the", "our", "my", "an", "this"))
    firm, loose = frozenset[Role](), frozenset[Role]()
    for phrase, put, certain, possible in _COMPILED:
        text, found = phrase.subn(put, text)
        if found:
            firm, loose = firm | certain, loose | possible
    left = [word for word in text.split() if word not in _ROLE_LIKE | _TITLES | _PASSED_OVER or word in titled]
    return _Read(firm, loose, tuple(left), tuple(titled))


def _words(text: str) -> list[str]:
    """The words, in small letters without their accents; what holds a figure is a class, such as 3B."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    found = (re.sub(r"['’]s$", "", word) for word in _WORD.findall(bare.casefold()))
    return ["class" if any(map(str.isdecimal, word)) else re.sub(r"['’]", "", word) for word in found]


def _spelt(word: str) -> str:
    return next(iter(get_close_matches(word, sorted(_LONG), 1, MISSPELT)), word) if len(word) > 5 else word


def _alike(said: str, own: str) -> bool:
    """Whether a word that was typed might be a word of a name: also its beginning, or a part that is long enough."""
    short, long = sorted((said, own), key=len)
    return long.startswith(short) or (len(short) > 2 and short in long) or _close(said, own)


def _is_whole(said: str, own: str) -> bool:
    return _close(said, own) if len(own) > 1 else said[0] == own


def _close(one: str, other: str) -> bool:
    return one == other or SequenceMatcher(None, one, other).ratio() >= CLOSE
