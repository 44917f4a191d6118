"""What Exeat says when a press or a form led nowhere, or has nothing more to show."""

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
ELSEWHERE = Card(
    "Exeat belongs to another workspace",
    "Exeat belongs to another workspace, so nothing was done.",
    (Text("It works only in its own school's Slack, and nothing was done."), Text("Please ask your school office.")),
)
NOT_HERE = Card(
    "That opens in a window of its own",
    "That opens in a window of its own, which did not open here. Nothing was done.",
    (Text("What belongs there is not shown in a chat. Please open Exeat in Teams on a computer or a phone."),),
)
