"""What a person typed, made safe and canonical before it is stored, fingerprinted and shown."""

import re
import unicodedata
from collections.abc import Iterator

_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff\U0001fc00-\U0001fffd"
)
_JOINING_SCRIPTS = (
    "\u0600-\u0605\u0610-\u061b\u061d-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17b3\u17b6-\u18af\ua8e0-\ua8ff"
    "\ua980-\ua9df\uaa60-\uaa7f\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010a00-\U00010a5f\U00011000-\U000115ff"
)
_VIRAMAS = "".join(
    chr(code)
    for block in (range(0x900, 0x1100), range(0x1780, 0x1800), range(0xA8E0, 0xAA80), range(0x11000, 0x11600))
    for code in block
    if unicodedata.combining(chr(code)) == 9
)
_FLAGS = "|".join(
    "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in nation) + "\U000e007f"
    for nation in ("gbeng", "gbsct", "gbwls")
)
_KEPT_WHERE_NEEDED = re.compile(
    "("
    f"{_FLAGS}"
    f"|(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])"
    f"|(?<=[{_EMOJI}])[\ufe0e\ufe0f]"
    "|(?<=[0-9#*])\ufe0f(?=\u20e3)"
    f"|(?<=[{_VIRAMAS}])[\u200c\u200d]"
    f"|(?<=[{_JOINING_SCRIPTS}])[\u200c\u200d](?=[{_JOINING_SCRIPTS}])"
    ")|[\u200c\u200d\ufe0e\ufe0f\U000e0020-\U000e007f]"
)
"""Invisible characters that stay inside emoji, the flags of England, Scotland and Wales, and scripts that join."""

_DECIDED_BY_NEIGHBOURS = frozenset({0x200C, 0x200D, 0xFE0E, 0xFE0F, *range(0xE0020, 0xE0080)})
_NEWLINES = frozenset({0x0A, 0x0B, 0x0C, 0x85, 0x2028, 0x2029})
_VISIBLE_FORMAT = frozenset({*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD})
_INVISIBLE = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x2065, 0x3164, *range(0xFE00, 0xFE10)}
    | {0xFFA0, *range(0xFFF0, 0xFFFD), 0x1D159, *range(0xFDD0, 0xFDF0), *range(0xE0000, 0xE1000)}
)
_BLANK_BRAILLE = 0x2800


class _Allowed(dict[int, int | None]):
    """A table for str.translate, filled as characters are met: None drops one, a number replaces it."""

    def __missing__(self, code: int) -> int | None:
        self[code] = became = _became(code)
        return became


def _became(code: int) -> int | None:
    if code in _DECIDED_BY_NEIGHBOURS or code in _VISIBLE_FORMAT:
        return code
    if code in _NEWLINES:
        return 0x0A
    kind = unicodedata.category(chr(code))
    if kind == "Zs" or code in (0x09, _BLANK_BRAILLE):
        return 0x20
    hidden = kind in ("Cc", "Cf", "Cs") or code in _INVISIBLE or code & 0xFFFE == 0xFFFE
    return None if hidden else code


_ALLOWED = _Allowed()
_TRAILING = re.compile(r"(?<! ) +(?=\n)")


def clean(text: str) -> str:
    """The text without anything that hides, reorders or differs unseen; cleaning it again changes nothing.

    Line ends become \\n and every kind of space a plain one; spaces at line ends and blank lines around
    the text go; what is left is in Unicode form NFC. Control characters, overrides of the writing
    direction, and invisible characters are dropped, except inside emoji and in scripts that need joiners.
    """
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    while (cleaned := _cleaned_once(text)) != text:
        text = cleaned
    return text


def _cleaned_once(text: str) -> str:
    text = unicodedata.normalize("NFC", text.translate(_ALLOWED))
    text = _KEPT_WHERE_NEEDED.sub(lambda found: found[1] or "", text)
    return _TRAILING.sub("", text).strip(" \n")


def characters(text: str) -> Iterator[str]:
    """The text as a reader counts it: each letter with its accents, each emoji with its parts, as one."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not _belongs_together(text, start, at):
            yield text[start:at]
            start = at


def _belongs_together(text: str, start: int, at: int) -> bool:
    """Whether the character at `at` continues the one that began at `start`."""
    before, here = text[at - 1], text[at]
    if before in "\n\r" or here < "\u0300":
        return False
    if "\U0001f1e6" <= here <= "\U0001f1ff":
        return at - start == 1 and "\U0001f1e6" <= before <= "\U0001f1ff"
    if before == "\u200d":
        return at - start > 1 and here >= "\u2000"
    modifier = "\U0001f3fb" <= here <= "\U0001f3ff" or "\U000e0020" <= here <= "\U000e007f"
    return here in "\u200c\u200d" or modifier or unicodedata.category(here)[0] == "M"


def shorten(text: str, longest: int) -> tuple[str, int]:
    """The text in at most `longest` code points, and how many code points were left out (0 when it fits).

    A shortened text ends in "…", after a whole word if one ends nearby, and never inside an accented
    letter or an emoji. Raises ValueError when `longest` is below 1.
    """
    if longest < 1:
        raise ValueError("nothing can be shortened to less than one character")
    if len(text) <= longest:
        return text, 0
    room = cut = 0
    for character in characters(text[:longest]):
        room += len(character)
        if room < longest:
            cut = room
    cut = cut or longest - 1
    word = max(text.rfind(" ", 0, cut + 1), text.rfind("\n", 0, cut + 1))
    if word > cut - 24 and word > cut // 2:
        cut = word
    kept = text[:cut].rstrip()
    return f"{kept}…", len(text) - len(kept)
