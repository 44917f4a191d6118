"""Commands that run until they are stopped: the sandbox, and the server.

What they run is imported as they begin: the chats' libraries take longer to load than all the other commands.
"""

from typing import Annotated

import typer

from bot.cli.speaking import FAILED, plainly, refuse, say
from bot.logs import set_up_logs
from bot.loop import run
from bot.settings import read_settings


def demo(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port on this machine; 0 takes any free one.")
    ] = 8765,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
) -> None:
    """Play the whole school in a browser: no account, no configuration, no internet, nothing kept.

    \b
    Example:
      exeat demo
      exeat demo --port 9000 --no-browser
    """
    from bot.app import reason
    from bot.sandbox import demo as run_demo

    set_up_logs(quiet=True)
    try:
        run(run_demo(port=port, open_browser=browser))
    except KeyboardInterrupt:
        say()
    except OSError as error:
        refuse(f"The sandbox cannot use port {port}: {reason(error)}. Choose another with --port.", FAILED)


def serve(
    teams_playground: Annotated[
        bool,
        typer.Option(
            "--teams-playground",
            help="Let Microsoft's Agents Playground on this machine play Teams, without an app or signatures.",
        ),
    ] = False,
    without_key: Annotated[
        bool,
        typer.Option(
            "--without-key",
            help="Serve though the key is lost: nobody hears of what is sealed with it (docs/running.md).",
        ),
    ] = False,
) -> None:
    """Serve the school, until stopped: on Slack, on Teams, or on both.

    Settings come from exeat.toml and the environment (docs/configuration.md); exeat doctor looks them over.

    \b
    Example:
      SLACK_BOT_TOKEN=xoxb-… SLACK_APP_TOKEN=xapp-… exeat serve
      TEAMS_APP_ID=… TEAMS_APP_PASSWORD=… TEAMS_TENANT_ID=… exeat serve
      exeat serve --teams-playground
    """
    from bot.app import serve_until_stopped
    from bot.chats import CannotStart

    with plainly():
        settings = read_settings()
        set_up_logs()
        try:
            run(serve_until_stopped(settings, playground=teams_playground, keyless=without_key))
        except CannotStart as error:
            refuse(str(error), error.code)
        except KeyboardInterrupt:
            say()
