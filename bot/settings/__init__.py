"""The settings: the school from `exeat.toml`, secrets and places from the environment; read once, at the start."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.settings.environment import Environment, config_path, misspelt, read_environment
from bot.settings.fault import Fault, Misconfigured
from bot.settings.lines import read_document
from bot.settings.school import parse_school, read_school
from policy.school import School

__all__ = [
    "Environment",
    "Fault",
    "Misconfigured",
    "Settings",
    "config_path",
    "misspelt",
    "parse_school",
    "read_environment",
    "read_school",
    "read_settings",
    "together",
]


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the program needs to be told."""

    school: School
    environment: Environment


def read_settings() -> Settings:
    """The settings. Raises Misconfigured with every fault of the environment and of the file together."""
    faults: list[Fault] = []
    environment, school = None, None
    try:
        environment = read_environment()
    except Misconfigured as error:
        faults += error.faults
    try:
        school = read_school(config_path())
    except Misconfigured as error:
        faults += error.faults
    if environment is None or school is None:
        raise Misconfigured(faults)
    if faults := list(together(environment, school, config_path())):
        raise Misconfigured(faults)
    return Settings(school, environment)


def together(environment: Environment, school: School, file: Path) -> Iterator[Fault]:
    """What is wrong between the environment and the file, each of which is sound by itself."""
    if environment.teams and not school.roster.staff:
        yield Fault(
            file.name,
            read_document(file.read_text("utf-8")).line(("people", "staff")),
            "people.staff",
            "It is not there, and on Teams Exeat cannot do without it: a school's tenant holds its pupils too.",
            "Name each member of staff: "
            'staff = ["ann@school.example", "ben@school.example"]; '
            'or write staff = ["*@school.example"], but only if no pupil has an address that ends so.',
        )
