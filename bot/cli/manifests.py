"""`exeat manifest …`: what the chat platforms need to be told to make the app."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic_core import PydanticCustomError

from bot.cli.speaking import plainly, refuse, say
from bot.manifest import About, slack_manifest, teams_manifest, template
from bot.manifest.package import in_words, teams_package
from bot.manifest.teams import EXAMPLE
from bot.settings import read_settings
from bot.settings.values import address
from handlers.everything import everything

manifest = typer.Typer(help="The app manifests that the chat platforms ask for.", no_args_is_help=True)


@manifest.callback()
def _manifests() -> None:
    """The app manifests that the chat platforms ask for."""


@manifest.command("slack", short_help="The manifest to paste into Slack")
def slack(
    target: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there instead.")] = None,
    url: Annotated[str, typer.Option(help="Where Slack reaches this Exeat; else EXEAT_PUBLIC_URL.")] = "",
    socket_mode: Annotated[
        bool, typer.Option("--socket-mode", help="For Socket Mode, which needs no address.")
    ] = False,
) -> None:
    """The manifest to paste at api.slack.com under Create New App, From a manifest.

    Without --url and EXEAT_PUBLIC_URL it is for Socket Mode when SLACK_APP_TOKEN is set.

    \b
    Example:
      exeat manifest slack --url https://exeat.school.example --out slack-manifest.json
      exeat manifest slack --socket-mode
    """
    with plainly():
        settings = read_settings()
        public = url or settings.environment.exeat_public_url
        by_socket = socket_mode or (not public and settings.environment.slack_app_token is not None)
        try:
            made = slack_manifest(everything(), settings.school, public, by_socket)
        except ValueError as error:
            refuse(f"{error}. Give the address with --url, or ask for Socket Mode with --socket-mode.")
        if target is None:
            typer.echo(in_words(made))
        else:
            target.write_text(f"{in_words(made)}\n", "utf-8")
            say(f"Written to {target}. At api.slack.com choose Create New App, From a manifest, and paste it.")


def _page(given: str) -> str:
    try:
        return given and address(given)
    except PydanticCustomError as error:
        raise typer.BadParameter(" ".join((error.context or {}).values())) from None


@manifest.command("teams", short_help="The app package to upload to Teams")
def teams(
    target: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.zip", help="Write the package to upload there.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    website: Annotated[
        str, typer.Option(metavar="URL", callback=_page, help="A page that says whom to ask for help.")
    ] = "",
    privacy: Annotated[str, typer.Option(metavar="URL", callback=_page, help="The school's privacy notice.")] = "",
    terms: Annotated[
        str, typer.Option(metavar="URL", callback=_page, help="The school's rules for using its systems.")
    ] = "",
    app_version: Annotated[
        str, typer.Option("--version", metavar="N.N.N", help="When Teams wants a higher one than Exeat's own.")
    ] = "",
    any_school: Annotated[
        bool, typer.Option("--template", help="The one of no school in particular; needs no settings.")
    ] = False,
) -> None:
    """The app package to upload in the Teams admin centre: a zip file with the manifest and its icons.

    Without --out it prints the manifest. It needs TEAMS_APP_ID; docs/teams.md says where that comes from. Pages
    not given become the school's website, where that is one of its accounts.

    \b
    Example:
      exeat manifest teams --privacy https://www.school.example/privacy --out exeat.zip
    """
    if app_version and not re.fullmatch(r"(0|[1-9]\d{0,8})(\.(0|[1-9]\d{0,8})){2}", app_version):
        refuse(f'"{app_version}" is not a version. Write three numbers, such as 1.0.1.')
    if target is not None and target.exists() and not force:
        refuse(f"{target} is there already, and nothing is written over it without --force.")
    with plainly():
        made = template(everything()) if any_school else _of_the_school(About(website, privacy, terms), app_version)
        if target is None:
            typer.echo(in_words(made))
            return
        target.write_bytes(teams_package(made))
    say(f"Written to {target}. Upload it in the Teams admin centre, for staff only (docs/teams.md).")
    if EXAMPLE in made["developer"].values():
        say(f"Its app page in Teams links to {EXAMPLE}: give the school's own pages with --website and --privacy.")


def _of_the_school(about: About, app_version: str) -> dict[str, Any]:
    settings = read_settings()
    if not settings.environment.teams:
        refuse(
            "TEAMS_APP_ID is not set, and the package is made for one app registration. docs/teams.md has the steps: "
            "register the app in the Entra admin centre, then set TEAMS_APP_ID, TEAMS_APP_PASSWORD and "
            "TEAMS_TENANT_ID."
        )
    return teams_manifest(
        everything(),
        settings.school,
        app_id=settings.environment.teams_app_id,
        public_url=settings.environment.exeat_public_url,
        about=about,
        app_version=app_version,
    )
