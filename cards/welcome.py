"""The help and the home page: the same few doors first, everywhere."""

from collections.abc import Sequence

from cards.model import Button, Card, Divider, Element, Facts, Text, Tone

NO_COMMAND = "What you typed is no command that Exeat knows, and was passed on to nobody. Here is what you can type."


def help_card(
    school: str, commands: Sequence[tuple[str, str]], parts: Sequence[tuple[Element, ...]], *, lost: bool = False
) -> Card:
    """What can be typed, and how things stand. `commands` pairs what is typed with what it does; whoever is `lost`
    typed something else.
    """
    lead = NO_COMMAND if lost else f"Exeat helps {school} say things in public, and be sure of them first."
    return Card("Exeat", lead, (Text(lead), Facts(tuple(commands)), *_joined(parts)), _doors())


def home_card(school: str, parts: Sequence[tuple[Element, ...]]) -> Card:
    """The page that somebody opens to see what waits for them and what they have sent."""
    return Card(f"Exeat at {school}", "What waits for you, and what you have sent.", _joined(parts), _doors())


def _joined(parts: Sequence[tuple[Element, ...]]) -> tuple[Element, ...]:
    body = tuple(element for part in parts if part for element in (Divider(), *part))
    return body or (Text("Nothing waits for you."),)


def _doors() -> tuple[Button, ...]:
    return (
        Button("Post", "draftpost", tone=Tone.PRIMARY, about="Draft a post"),
        Button("Comment", "logcomment", about="Log a comment"),
        Button("Concern", "concern", about="Raise a concern", dialog=True),
    )
