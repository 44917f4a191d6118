"""Finding what looks like a person's full name, by the way names are written."""

import re
from collections.abc import Iterator

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_POSSESSIVE = ("'s", "’s")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words(
    "mr mrs ms miss mx dr sir dame lord lady king queen prince princess duke duchess saint st pc rev reverend father"
    " captain major colonel professor mayor cllr councillor author illustrator poet artist"
)
_THINGS = _words(
    "academy age ages alliance anthem army art arts assembly association award awards bake band baptist battle"
    " bay beach bell book books bridge brook brownies cake castle cathedral centre challenge champions"
    " championship chapel charity choir church circus city class classes clinic club college common company"
    " competition concert council country county court cross cubs cup dance day days derby disco dome drive elm"
    " empire english exhibition fair farm federation fest festival fire first flag forest foundation fund gallery"
    " game games garden gardens gate golden governors greeks green group guides hall harvest heath high hill"
    " history hospital hotel house hunt infant infants institute island isles junior juniors key lake lane league"
    " learning leavers library lights line lodge london manor maps marathon market mile mill ministers month"
    " morning mountain museum music musical nativity network night nursery oak olympic olympics orchestra pageant"
    " palace pantomime parade park parliament partnership party path peace picnic pier pond port press primary"
    " prize programme project quest quiz race railway reading reception relay revolution river road romans room"
    " rounders row run saxon saxons school schools science scouts sea service show society song songs sports"
    " square stadium stage star station storm street studio suite summer sunday swap symphony tales team tennis"
    " theatre time times tour tower town trail tree trek trip trust unit university valley victory view village"
    " visit walk wall war water way week weekend wetlands winter wood woods workshop world writers yard year years"
    " zoo"
)
_OTHER_WORDS = _words(
    "a about africa african after again all also amazing america american an ancient and anglo another any april"
    " are as ask at august australia autumn back bank be because been before best big black blue bonfire both"
    " brilliant bring britain british bug but by can celtic central children china chinese christmas come comic"
    " coming computing congratulations could cyber dad dads dear december deputy did discover diwali do does dont"
    " each east easter eco egypt egyptian eid england enjoy enjoyed europe european even every everybody everyone"
    " facebook fantastic february find five follow for four france free french friday friends from german germany"
    " get gods good goodbye governor grandparents great greek had half hanukkah happy has have he headteacher"
    " hello help her here hi his holiday holy home hooray how i if in india indian instagram ireland is it italian"
    " italy its january japan japanese join july june just keep last let lets literacy little local look lost"
    " lovely lunar make many march mash maths may meet mental merry monday more most mothers mum mums my national"
    " natural need new newsletter next nine no north not november now numeracy october of off old on once one open"
    " or our out outdoor outstanding over parent parents pe people phonics physical plastic please poppy proud"
    " pupil pupils purple ramadan red remember remembrance reminder rock roman royal safe safer saturday save say"
    " scotland see september seven shrove six so some south spain spanish special spring staff stars start stone"
    " super sure ta tables talented teacher teachers ten thank thanks that the their them then there these they"
    " this those three thursday to today together tomorrow tudor tudors tuesday twitter two uk under up us value"
    " very victorian viking vikings vote wales walking was watch we website wednesday welcome well were west"
    " western what when where which white who whole why will wishing with wonderful would yes yesterday you young"
    " your youtube"
)
_NEVER_NAMES = _TITLES | _THINGS | _OTHER_WORDS


def full_names(text: str) -> Iterator[str]:
    """Two or three words in a row that look like first name and surname: "Oliver Smith", "Zoë O’Brien-Hall".

    A guess: famous people come along, names after a title (Mrs Patel) or before a thing (Roald Dahl Day) do not.
    """
    words = list(_WORD.finditer(text))
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and _like_a_name(words[end][0]) and (end == at or _follows(words, end, text)):
            end += 1
        if end - at in (2, 3) and not _titled(words, at, text) and not _names_a_thing(words, end, text):
            yield text[words[at].start() : words[end - 1].end()].removesuffix("’s").removesuffix("'s")
        at = max(end, at + 1)


def _follows(words: list[re.Match[str]], at: int, text: str) -> bool:
    """Whether only a space stands before the word, so that it can belong to the name before."""
    before = words[at - 1]
    return text[before.end() : words[at].start()] == " " and not before[0].endswith(_POSSESSIVE)


def _like_a_name(word: str) -> bool:
    bare = word.casefold().removesuffix("’s").removesuffix("'s")
    return word[0].isupper() and not word.isupper() and len(bare) > 1 and bare not in _NEVER_NAMES


def _titled(words: list[re.Match[str]], at: int, text: str) -> bool:
    before = text[words[at - 1].end() : words[at].start()] if at else ""
    return before in (" ", ". ") and words[at - 1][0].casefold() in _TITLES


def _names_a_thing(words: list[re.Match[str]], end: int, text: str) -> bool:
    if end >= len(words) or not _follows(words, end, text):
        return False
    return words[end][0][0].isupper() and words[end][0].casefold() in _THINGS
