"""`exeat init`: a few questions, and the exeat.toml they answer."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from pydantic_core import PydanticCustomError

from bot.cli.speaking import err, plainly, refuse, say
from bot.cli.written import Answers, written
from bot.settings import config_path, parse_school
from bot.settings.values import address, platform, quoted, ref, staff_ref, words, wrong

Read = Callable[[str], str]


def init(
    name: Annotated[str, typer.Option(help="The school's name.")] = "",
    headteacher: Annotated[str, typer.Option(help="Their e-mail, slack:U… or teams:….")] = "",
    staff: Annotated[list[str] | None, typer.Option(help="Who is admitted, such as *@school.example.")] = None,
    deputy: Annotated[list[str] | None, typer.Option(help="A deputy; may be given again.")] = None,
    dsl: Annotated[str, typer.Option(help="The Designated Safeguarding Lead.")] = "",
    office: Annotated[list[str] | None, typer.Option(help="The office; may be given again.")] = None,
    admin: Annotated[list[str] | None, typer.Option(help="Who looks after Exeat; may be given again.")] = None,
    account: Annotated[str, typer.Option(help="The name of one of the school's accounts.")] = "",
    on: Annotated[str, typer.Option("--platform", help="Where that account is: facebook, x, website, …")] = "",
    url: Annotated[str, typer.Option(help="That account's web address.")] = "",
    owner: Annotated[list[str] | None, typer.Option(help="Who looks after that account; may be given again.")] = None,
    ask: Annotated[bool, typer.Option("--ask/--no-ask", help="Ask for what is not given here.")] = True,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write exeat.toml: asks a few questions, checks each answer, and explains the rest in the file.

    The file is written where EXEAT_CONFIG says, else in this folder.

    \b
    Example:
      exeat init
      exeat init --no-ask --name "Harbour Primary School" --headteacher head@school.example \\
        --account "Harbour on Facebook" --platform facebook
    """
    file = config_path()
    asking = ask and sys.stdin.isatty()
    _may_write(file, asking, force)
    if asking:
        say(f"A few questions for {file}. Press Enter to leave out what may wait.\n")
    answered = _Asking(asking)
    name = answered.must("--name", "The school's name", name, words)
    headteacher = answered.must("--headteacher", "The headteacher's e-mail", headteacher, ref)

    def another(value: str) -> str:
        if ref(value) == headteacher:
            raise wrong(
                f"{quoted(value)} is the headteacher.", "Nobody stands in for themselves: name somebody else."
            )
        return ref(value)

    answers = Answers(
        name=name,
        headteacher=headteacher,
        staff=answered.several("Who is staff, such as *@school.example", staff, staff_ref),
        deputies=answered.several("Deputies' e-mails", deputy, another),
        dsl=answered.one("The Designated Safeguarding Lead's e-mail", dsl, ref),
        office=answered.several("The office's e-mail", office, ref),
        admins=answered.several("E-mail of whoever looks after Exeat", admin, ref),
        account=answered.must(
            "--account", "One of the school's accounts, such as Harbour on Facebook", account, words
        ),
        platform=answered.must("--platform", "Where that account is, such as facebook or website", on, platform),
        url=answered.one("Its web address", url, address),
        owners=answered.several("Who looks after it", owner, ref),
    )
    text = written(answers)
    with plainly():
        school = parse_school(text, file)
        _write(file, text)
    say(f"\n{school.name} is written to {file}. Next: exeat doctor, then docs/slack.md or docs/teams.md.")


class _Asking:
    """Asks at the keyboard until an answer can be used, or takes what the options say."""

    def __init__(self, ask: bool) -> None:
        self._ask = ask

    def must(self, option: str, question: str, given: str, read: Read) -> str:
        """An answer that the file cannot do without."""
        if not given and not self._ask:
            refuse(f"{option} is needed: {question[0].lower()}{question[1:]}.")
        return self._until(question, given, lambda text: (read(text),), required=True)[0]

    def one(self, question: str, given: str, read: Read) -> str:
        """An answer, or "" for none."""
        return "".join(self._until(question, given, lambda text: (read(text),)))

    def several(self, question: str, given: list[str] | None, read: Read) -> tuple[str, ...]:
        """Answers, divided by commas or blanks; or none."""

        def each(text: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(read(one) for one in text.replace(",", " ").split()))

        return self._until(question, " ".join(given or ()), each)

    def _until(
        self, question: str, given: str, read: Callable[[str], tuple[str, ...]], *, required: bool = False
    ) -> tuple[str, ...]:
        answer = given or self._prompt(question, required)
        while answer:
            try:
                return read(answer)
            except PydanticCustomError as error:
                said = " ".join(str(part) for part in (error.context or {}).values() if part)
                if not self._ask:
                    refuse(f"{question}: {said}")
                err.print(said, markup=False)
                answer = self._prompt(question, required)
        return ()

    def _prompt(self, question: str, required: bool) -> str:
        if not self._ask:
            return ""
        asked = question if required else f"{question} (may wait)"
        answer: str = typer.prompt(asked, default=None if required else "", show_default=False)
        return answer.strip() or (self._prompt(question, required) if required else "")


def _may_write(file: Path, asking: bool, force: bool) -> None:
    if not file.exists() or force:
        return
    if not asking:
        refuse(f"{file} is there already, and nothing is written over it without --force.")
    if not typer.confirm(f"{file} is there already. Write over it?"):
        refuse("Nothing was written.")


def _write(file: Path, text: str) -> None:
    beside = file.with_name(f".{file.name}.new")
    beside.write_text(text, "utf-8")
    os.replace(beside, file)
