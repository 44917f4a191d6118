"""The one table of what each platform takes at most."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SlackLimits:
    """Slack's published sizes, in characters or in pieces: https://docs.slack.dev/reference/block-kit.

    From `notification` on the sizes are our own: Slack publishes none for rich text, but refuses what it
    finds too long.
    """

    message_blocks: int = 50
    view_blocks: int = 100
    view_title: int = 24
    private_metadata: int = 3000
    callback_id: int = 255
    block_id: int = 255
    header: int = 150
    plain: int = 3000
    context: int = 2000
    button: int = 75
    button_value: int = 2000
    button_url: int = 3000
    buttons: int = 25
    alt: int = 2000
    caption: int = 2000
    label: int = 2000
    typed: int = 3000
    option: int = 75
    option_value: int = 150
    options: int = 100
    radios: int = 5
    error: int = 2000
    notification: int = 300
    quote: int = 3000
    quote_before_whole: int = 1200
    fact: int = 600
    facts: int = 30
    message_text: int = 12_000


@dataclass(frozen=True, slots=True)
class SlackManifestLimits:
    """Slack's published sizes for an app's manifest: https://docs.slack.dev/reference/app-manifest."""

    name: int = 35
    description: int = 140
    long_description_least: int = 175
    long_description: int = 4000
    bot_name: int = 80
    commands: int = 50
    command: int = 32
    command_description: int = 2000
    usage_hint: int = 1000
    shortcut: int = 24
    shortcut_description: int = 150


@dataclass(frozen=True, slots=True)
class TeamsLimits:
    """What a card on Teams may hold, in bytes, characters or pieces.

    Teams publishes the size of a whole message (about 100 KB) and how many actions it shows before it hides the
    others: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/format-your-bot-messages. The
    rest is our own, so that cards are calm to read on a phone.
    """

    card: int = 75_000
    spare: int = 2000
    title: int = 300
    summary: int = 300
    buttons: int = 3
    buttons_width: int = 37
    button_edge: int = 5
    button: int = 75
    beside: int = 12
    payload: int = 4000
    nonce: int = 64
    alt: int = 2000
    caption: int = 2000
    label: int = 300
    hint: int = 500
    error: int = 2000
    typed: int = 6000
    option: int = 300
    options: int = 250
    radios: int = 5
    quote: int = 3000
    quote_before_whole: int = 1200
    fact: int = 600
    facts: int = 30
    text: int = 20_000
    least: int = 300


SLACK = SlackLimits()
SLACK_MANIFEST = SlackManifestLimits()
TEAMS = TeamsLimits()
