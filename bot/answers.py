"""What Exeat says on every platform when a press or a form led nowhere, or has nothing more to show."""

from cards.model import Card, Text

DONE = Card("Done", "Done.", (Text("That is done. You can close this window."),))
STRANGE = Card(
    "That button no longer works",
    "That button no longer works, and nothing was done.",
    (Text("It comes from an earlier Exeat, and nothing was done."), Text("Type /exeat to see what you can do.")),
)
TOO_LATE = Card(
    "That did not open",
    "That did not open, and nothing was saved. Please try again.",
    (
        Text("Only a few seconds are allowed for it, and they were not enough. Nothing was saved."),
        Text("Please try again."),
    ),
)
