"""Finding what looks like a person's full name, by the way names are written."""

import re
from collections.abc import Iterator
from itertools import pairwise

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_POSSESSIVE = ("'s", "’s")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words(
    "archbishop artist aunt auntie author bishop brother canon captain chef cllr coach colonel constable cook"
    " councillor dame deputy dr duchess duke father firefighter governor grandad grandma granny headteacher"
    " illustrator imam inspector king lady lieutenant lord major mayor mayoress minister miss mr mrs ms mstr mx"
    " nurse officer pc pcso poet president prince princess professor queen rabbi rev reverend saint sergeant sir"
    " sister st uncle vicar"
)
_OF_ONE_PERSON = _words("miss mr mrs ms mstr mx")
"""Titles that stand before a surname and before little else."""

_THINGS = _words(
    "academy adventure adventures afternoon age ages alliance ambassadors anthem anthology appeal army art arts"
    " assembly association auction award awards bags bake balance band bank baptist battle bay bazaar beach bell"
    " blog board book books bridge brook brownies buddies buses cafe cake camp campaign captains card cards"
    " carnival carols castle cathedral centre ceremony challenge champions championship chapel charity chart choir"
    " church circle circus city class classes clinic club collection college common company competition concert"
    " concerts corner council country county court courtyard crew cross crumble cubs cup cycle dance day days"
    " derby diaries diary dinner disco display dome dragons drama drive eggs elm empire english equipment evening"
    " event exhibition experience explorers express fair farm federation fest festival field film fire fireworks"
    " first fish flag food foods football forest foundation fund fundraiser gala gallery game games garden gardens"
    " gate gates giants goals gods gold golden governors greeks green group guide guides gymnastics half hall"
    " harvest heath heroes high hill history holiday holidays homes homework hood hospital hotel house houses hub"
    " hunt hunters ideas infant infants inn institute ireland island isles journey junior juniors key kingdom"
    " kitchen kitchens knights ladder ladybirds lake lane leaders league learning leavers leaves leisure lessons"
    " letters library lice lights limited line link lions lodge london ltd lunch lunches machine magazine manor"
    " maps marathon market mascot mastery meal meals meeting menu mile mill ministers mission monitors monsters"
    " month morning mountain museum music musical nation nations nativity network news night nights notes nursery"
    " oak ocean office olympiad olympic olympics online orchard orchestra page pageant palace pantomime parade"
    " park parks parliament partnership party path peace picnic pier pigs plan planet plants plate players"
    " playground plays pond pool port potter prefects press primary prize production programme project puppets"
    " pyramid quest quiz race radio railway rainforest rangers reading reception recipe record relay rescue"
    " revolution reward rhyme rhymes riding river road rocket romans room rounders rovers row rule rules run"
    " safety sale saxon saxons scheme school schools science scouts sea seas season series service shelter shoes"
    " shop show signs society solar song songs spaces speech sports square stadium stage star station statues"
    " stories storm story street studio suite sunday supper survey swap symphony system table talent tales talk"
    " tasks taster team tennis tent term tests theatre time times topic tour touring tower towers town trail"
    " training treasure tree trek trip trophy trust tuck uniform unit university update valley values van vehicles"
    " victory view village visit voice volunteers walk wall war warriors water way weather week weekend welfare"
    " wetlands winter wood woods workshop workshops world worship writers yard year years zone zoo"
)
_OTHER_WORDS = _words(
    "a about across acting active africa african after again against aldi all along also although amazing america"
    " american an ancient and anglo animal another any anyone apple april are around as asda ask at attendance"
    " august australia back bacon bbc be beautiful because bee been bees before berkshire best between big bike"
    " bikes black blue bonfire both boxing bravo breakfast bright brilliant bring britain british bug bunny but"
    " butterfly by calm can celtic central cheers cheese children china chinese chocolate christmas clean clever"
    " climate collective come comic coming computing congrats congratulations cooking cornwall could crazy cream"
    " creative cumbria curious cyber dad dads daily dark dear december deep despite devon did digital dinosaur"
    " discover diwali do does dogs dont dorset dragon drawing due during each early earth east easter eco egypt"
    " egyptian eid eighth electric energy england enjoy enjoyed essex europe european even every everybody"
    " everyone everything extra fab facebook faithfully family fancy fantastic fantasy favourite february few"
    " fifth final finally find fine five flying follow for four fourth france free french fresh friday friendly"
    " friends friendship from fruit full fun fundraising general german germany get giant glorious go good goodbye"
    " grand grandparents great greek growing guildford had hallo hampshire hand hanukkah happy has have he head"
    " health healthy hello help her here hey hi his holy home hooray hot how however huge hundred hurrah i ice if"
    " important in incredible india indian indoor inspiring instagram instead inter is it italian italy its"
    " january japan japanese join jolly july june junk just keep kent kids kind kindness ladies lancashire last"
    " latest laughing learn lego let lets lidl light literacy little live local long look lost lots loud lovely"
    " luckily lunar mad magic magical main make many march mars mash maths may maybe meanwhile medieval meet"
    " mental merry mighty million mini monday moon more morrisons most mothers much muddy mum mums my mystery"
    " national natural nature nearly need new newsletter next nice nine no norfolk north northern not nothing"
    " november now numeracy october of off official old on once one open opening or orange other our out outdoor"
    " outside outstanding over own paper parent parents past pe penguin people perfect perhaps pet phase phonics"
    " photo physical pink pirate plastic play playing please poetry pop popular positive pretty prime proud public"
    " pupil pupils purple quick quiet rainbow ramadan ready real recent red regards regional remember remembrance"
    " reminder rights rock roman royal running sadly safe safer same sand saturday save saw say scotland scottish"
    " second secret see senior september seven shared short shrove signed silver since sincerely singing six sixth"
    " skipping sleeping slow small smart snow so social some somebody someone somerset something sound south space"
    " spain spanish sparkling special speed sporting spring staff stars start stay steady still stone strong such"
    " suffolk sunny super sure surrey sussex sweet swimming ta tables talented talking teacher teachers teaching"
    " ten tesco than thank thanks thanksgiving that the their them then there these they third this those thousand"
    " three through thursday tiny to today together tomorrow too top traditional travel trick tropical try tudor"
    " tudors tuesday turn twelve twenty twitter two uk ultimate under underground united until up upper urban us"
    " usual value vegetable vehicle very victorian viking vikings virtual visiting vote waitrose wake wales"
    " walking warm was watch we website wednesday welcome well were west western wet what when where which while"
    " whilst white who whole why wild will windy winning wise wishing with wonderful worry would wow yellow yes"
    " yesterday yorkshire you young your yours youtube zero"
)
_ENDINGS_OF_OTHER_WORDS = ("tion", "ness", "ship", "ful", "ology", "tics")
_SURNAMES_TOO = _TITLES | _words("best black english french gold green long moon short small white winter young")
_NEVER_NAMES = _TITLES | _THINGS | _OTHER_WORDS


def full_names(text: str) -> Iterator[str]:
    """Two or three words in a row that look like first name and surname: "Oliver Smith", "Zoë O’Brien-Hall".

    A guess: famous people come along, names after a title (Mrs Patel) or before a thing (Roald Dahl Day) do not.
    """
    words = list(_WORD.finditer(text))
    at = 0
    while at < len(words):
        end = _end_of_run(words, at, text)
        if end - at in (2, 3) and not _titled(words, at, text) and not _names_a_thing(words, end, text):
            yield text[words[at].start() : words[end - 1].end()].removesuffix("’s").removesuffix("'s")
        at = max(end, at + 1)


def titled_names(text: str) -> Iterator[str]:
    """Surnames after a title that is seldom anything else: "Mrs Patel", "Mr. O’Brien-Hall"."""
    words = list(_WORD.finditer(text))
    for title, name in pairwise(words):
        joined = text[title.end() : name.start()] in (" ", ". ") and title[0][0].isupper() and name[0][0].isupper()
        if joined and title[0].casefold() in _OF_ONE_PERSON:
            yield text[title.start() : name.end()].removesuffix("’s").removesuffix("'s")


def _end_of_run(words: list[re.Match[str]], at: int, text: str) -> int:
    """The index after the last of the words from `at` on that could be one name; `at` when there is none."""
    if not _like_a_name(words[at][0], first=True):
        return at
    end = at + 1
    while end < len(words) and _follows(words, end, text) and _like_a_name(words[end][0], first=False):
        end += 1
    return end


def _follows(words: list[re.Match[str]], at: int, text: str) -> bool:
    """Whether only a space stands before the word, so that it can belong to the name before."""
    before = words[at - 1]
    return text[before.end() : words[at].start()] == " " and not before[0].endswith(_POSSESSIVE)


def _like_a_name(word: str, first: bool) -> bool:
    bare = word.casefold().removesuffix("’s").removesuffix("'s")
    if not word[0].isupper() or word.isupper() or len(bare) < 2:
        return False
    if bare in _NEVER_NAMES:
        return not first and bare in _SURNAMES_TOO
    return not bare.endswith(_ENDINGS_OF_OTHER_WORDS) and not (first and bare.endswith("ing"))


def _titled(words: list[re.Match[str]], at: int, text: str) -> bool:
    before = text[words[at - 1].end() : words[at].start()] if at else ""
    return before in (" ", ". ") and words[at - 1][0].casefold() in _TITLES


def _names_a_thing(words: list[re.Match[str]], end: int, text: str) -> bool:
    if end >= len(words) or not _follows(words, end, text):
        return False
    return words[end][0][0].isupper() and words[end][0].casefold() in _THINGS


def is_common_word(word: str) -> bool:
    """Whether the word is more often something else than a name: "Summer", "will"."""
    return word.casefold() in _NEVER_NAMES
