"""The settings: the school from `exeat.toml`, secrets and places from the environment; read once, at the start."""

from dataclasses import dataclass

from bot.settings.environment import Environment, config_path, misspelt, read_environment
from bot.settings.fault import Fault, Misconfigured
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
    return Settings(school, environment)
