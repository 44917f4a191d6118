"""The manifests: made from the registry, within the platforms' limits, asking for no more than is used."""

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from jsonschema_rs import Draft4Validator
from PIL import Image

from bot.manifest import About, slack_manifest, teams_manifest, template
from bot.manifest.icons import colour_icon, outline_icon
from bot.manifest.package import in_words, teams_package
from bot.manifest.teams import EXAMPLE, TEAMS_MANIFEST
from cards.limits import SLACK_MANIFEST
from handlers.everything import everything
from handlers.needs import staff
from handlers.registry import Registry
from handlers.request import Nothing, Reply
from handlers.turn import Turn
from policy.account import Account, Platform
from tests.fakes.school import harbour
from tests.fakes.slack.workspace import SCOPES

APP = "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9f0a1b2c"
ROOT = Path(__file__).parents[2]
SCHEMA = "node_modules/@microsoft/app-manifest/build/json-schemas/teams/v1.30/MicrosoftTeams.schema.json"


@pytest.fixture(scope="module")
def schema() -> Draft4Validator:
    """Microsoft's own schema of a manifest."""
    file = ROOT / "tests" / "node" / SCHEMA
    if not file.exists():
        pytest.skip("Microsoft's packages are not here: make node")
    return Draft4Validator(json.loads(file.read_text("utf-8")))


def manifest(**more: Any) -> dict[str, Any]:
    arguments = {"public_url": "https://exeat.harbour.example", "socket_mode": False, **more}
    return slack_manifest(arguments.pop("registry", None) or everything(), harbour(), **arguments)


def many(count: int) -> Registry:
    registry = Registry()

    async def nothing(turn: Turn) -> Reply:
        return Nothing()

    for number in range(count):
        registry.command(f"c{number}", needs=staff, summary="x" * 3000, hint="y" * 2000)(nothing)
    return registry


def test_it_stays_within_slacks_limits() -> None:
    made = manifest(registry=many(50))
    about = made["display_information"]
    assert 1 <= len(about["name"]) <= 35
    assert 1 <= len(about["description"]) <= 140
    assert 175 <= len(about["long_description"]) <= 4000
    assert about["background_color"].startswith("#")
    assert len(made["features"]["bot_user"]["display_name"]) <= 80
    commands = made["features"]["slash_commands"]
    assert len(commands) == 50
    assert all(len(each["description"]) <= SLACK_MANIFEST.command_description for each in commands)
    assert all(len(each["usage_hint"]) <= SLACK_MANIFEST.usage_hint for each in commands)
    assert json.loads(json.dumps(made)) == made


def test_a_school_with_a_long_name_still_fits() -> None:
    school = replace(harbour(), name="St " + "x" * 300)
    made = slack_manifest(everything(), school, "https://x.example", False)
    assert len(made["display_information"]["description"]) <= 140


def test_every_command_of_the_registry_is_in_it_escaped() -> None:
    commands = manifest()["features"]["slash_commands"]
    assert [each["command"] for each in commands] == [spec.label for spec in everything().commands()]
    assert {"/draftpost", "/posts", "/away", "/exeat"} <= {each["command"] for each in commands}
    assert all(each["should_escape"] is True for each in commands)
    assert all(each["url"] == "https://exeat.harbour.example/slack/events" for each in commands)


def test_over_http_slack_is_told_where_to_send_everything() -> None:
    made = manifest(public_url="https://exeat.harbour.example/")
    address = "https://exeat.harbour.example/slack/events"
    assert made["settings"]["event_subscriptions"]["request_url"] == address
    assert made["settings"]["interactivity"] == {"is_enabled": True, "request_url": address}
    assert made["settings"]["socket_mode_enabled"] is False


def test_over_socket_mode_there_is_no_address() -> None:
    made = manifest(public_url=None, socket_mode=True)
    assert made["settings"]["socket_mode_enabled"] is True
    assert "http" not in json.dumps({**made, "display_information": {}})
    assert made["settings"]["interactivity"] == {"is_enabled": True}


def test_it_asks_for_what_exeat_uses_and_listens_to() -> None:
    made = manifest()
    assert set(made["oauth_config"]["scopes"]["bot"]) == SCOPES
    assert made["features"]["app_home"]["home_tab_enabled"] is True
    assert set(made["settings"]["event_subscriptions"]["bot_events"]) == {
        "app_home_opened",
        "app_mention",
        "message.im",
        "team_join",
        "user_change",
    }


@pytest.mark.parametrize("url", [None, "", "http://exeat.harbour.example", "exeat.harbour.example"])
def test_http_without_a_public_https_address_is_refused(url: str | None) -> None:
    with pytest.raises(ValueError, match="https"):
        manifest(public_url=url)


def test_more_commands_than_slack_takes_are_refused() -> None:
    with pytest.raises(ValueError, match="51 commands"):
        manifest(registry=many(51))


def for_teams(**more: Any) -> dict[str, Any]:
    arguments = {"app_id": APP, "public_url": "https://exeat.harbour.example", **more}
    return teams_manifest(arguments.pop("registry", None) or everything(), harbour(), **arguments)


def test_the_manifest_at_the_root_is_the_one_of_no_school() -> None:
    kept = (ROOT / "manifest.json").read_text("utf-8")
    assert kept == f"{in_words(template(everything()))}\n", "exeat manifest teams --template > manifest.json"
    assert UUID(template(everything())["id"]).int == UUID(template(everything())["bots"][0]["botId"]).int == 0
    assert "harbour" not in kept.casefold()


@pytest.mark.parametrize("commands", [0, 1, 10, 11, 50])
def test_it_is_what_microsoft_takes(schema: Draft4Validator, commands: int) -> None:
    school = replace(harbour(), name="St " + "x" * 300)
    schema.validate(template(everything()))
    schema.validate(teams_manifest(many(commands), school, app_id=APP, public_url="https://exeat.harbour.example"))


def test_the_schema_would_find_what_is_too_long(schema: Draft4Validator) -> None:
    made = for_teams()
    made["developer"]["name"] = "x" * (TEAMS_MANIFEST.developer + 1)
    made["name"]["short"] = "x" * (TEAMS_MANIFEST.name + 1)
    made["description"]["short"] = "x" * (TEAMS_MANIFEST.description + 1)
    assert {".".join(map(str, error.instance_path)) for error in schema.iter_errors(made)} == {
        "developer.name",
        "name.short",
        "description.short",
    }


def test_it_stays_within_what_teams_shows() -> None:
    school = replace(harbour(), name="St " + "x" * 300)
    made = teams_manifest(many(50), school, app_id=APP)
    limits = TEAMS_MANIFEST
    assert len(made["developer"]["name"]) <= limits.developer
    assert len(made["name"]["short"]) <= limits.name
    assert len(made["name"]["full"]) <= limits.full_name
    assert len(made["description"]["short"]) <= limits.description
    assert len(made["description"]["full"]) <= limits.full_description
    for menu in made["bots"][0]["commandLists"]:
        assert len(menu["commands"]) == limits.commands
        assert all(len(each["title"]) <= limits.command for each in menu["commands"])
        assert all(len(each["description"]) <= limits.command_description for each in menu["commands"])


def test_every_command_is_offered_wherever_exeat_can_be_asked() -> None:
    (bot,) = for_teams()["bots"]
    typed = [spec.label.removeprefix("/") for spec in everything().commands()]
    assert {"draftpost", "posts", "away", "exeat"} <= set(typed)
    assert sorted(scope for menu in bot["commandLists"] for scope in menu["scopes"]) == sorted(bot["scopes"])
    assert set(bot["scopes"]) == {"personal", "team", "groupChat"}
    for menu in bot["commandLists"]:
        titles = [each["title"] for each in menu["commands"]]
        assert len(titles) == 10, "as many as Teams shows"
        assert titles[:-1] == typed[:9]
        assert titles[-1] == "exeat"


def test_what_can_be_done_to_a_message_is_offered_in_the_same_words_on_both() -> None:
    of_slack = slack_manifest(everything(), harbour(), "https://exeat.example", False)["features"]["shortcuts"]
    (extension,) = for_teams()["composeExtensions"]
    assert [(each["name"], each["description"], each["callback_id"]) for each in of_slack] == [
        (each["title"], each["description"], each["id"]) for each in extension["commands"]
    ]
    assert [each["name"] for each in of_slack] == ["Log as comment"]
    assert {each["type"] for each in of_slack} == {"message"}
    assert all(each["context"] == ["message"] and each["fetchTask"] for each in extension["commands"])
    assert extension["botId"] == for_teams()["bots"][0]["botId"]


def test_the_command_that_tells_of_the_others_is_never_left_out() -> None:
    registry = many(3)
    registry.specs["exeat"] = everything().specs["exeat"]
    crowd = many(30)
    registry.specs.update(crowd.specs)
    menu = for_teams(registry=registry)["bots"][0]["commandLists"][0]["commands"]
    assert [each["title"] for each in menu] == [*(f"c{number}" for number in range(9)), "exeat"]


def test_exeat_is_added_for_a_person_and_takes_files() -> None:
    made = for_teams()
    assert made["bots"][0]["supportsFiles"] is True
    assert made["defaultInstallScope"] == "personal"
    assert made["validDomains"] == ["exeat.harbour.example"]
    assert "webApplicationInfo" not in made, "nobody signs in to Exeat"
    assert for_teams(public_url="")["validDomains"] == []


def test_a_package_keeps_its_id_for_as_long_as_its_app_does() -> None:
    first, second = for_teams(), for_teams(public_url="", app_version="1.2.3")
    assert first["id"] == second["id"] == "45a8c755-4f2a-5bef-bdc0-12be02e05e44"
    assert (first["bots"][0]["botId"], second["version"]) == (APP, "1.2.3")
    assert for_teams(app_id=APP.replace("6", "7"))["id"] != first["id"]


def test_the_pages_it_links_to_are_the_schools_own() -> None:
    site = Account("site", "Website", Platform.WEBSITE, "the school's website", "https://harbour.example/")
    school = replace(harbour(), accounts=(*harbour().accounts, site))

    def links(**more: Any) -> list[str]:
        developer = teams_manifest(everything(), more.pop("school", harbour()), app_id=APP, **more)["developer"]
        return [developer[name] for name in ("websiteUrl", "privacyUrl", "termsOfUseUrl")]

    assert links() == [EXAMPLE] * 3
    assert links(school=school) == ["https://harbour.example/"] * 3
    about = About("https://a.example", "https://b.example", "https://c.example")
    assert links(school=school, about=about) == ["https://a.example", "https://b.example", "https://c.example"]


def test_the_package_holds_the_manifest_and_the_icons_it_names_and_nothing_else() -> None:
    made = for_teams()
    with ZipFile(BytesIO(teams_package(made))) as package:
        assert package.namelist() == ["manifest.json", "color.png", "outline.png"]
        assert json.loads(package.read("manifest.json")) == made
        assert package.read(made["icons"]["color"]) == colour_icon()
        assert package.read(made["icons"]["outline"]) == outline_icon()
        assert package.testzip() is None
    assert teams_package(made) == teams_package(for_teams())


def test_the_icons_are_of_the_size_and_kind_that_teams_asks_for() -> None:
    colour, outline = Image.open(BytesIO(colour_icon())), Image.open(BytesIO(outline_icon()))
    assert (colour.format, colour.size, colour.mode) == ("PNG", (192, 192), "RGB")
    assert (outline.format, outline.size, outline.mode) == ("PNG", (32, 32), "RGBA")
    red, green, blue, alpha = outline.split()
    assert all(band.getextrema() == (255, 255) for band in (red, green, blue)), "white and nothing else"
    assert alpha.getextrema() == (0, 255)
    assert [alpha.getpixel(corner) for corner in ((0, 0), (31, 0), (0, 31), (31, 31))] == [0] * 4
    drawn = sum(alpha.histogram()[128:]) / 32**2
    assert 0.1 < drawn < 0.3, "lines, on nothing"
