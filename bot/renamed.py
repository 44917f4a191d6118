"""The school under another id: its records would be left alone in the dark, so Exeat does not go on."""

from policy.school import School
from storage.tiny import TinyStore


def renamed(store: TinyStore, school: School) -> str:
    """What to say where there are records, and all of them under other ids than the school's; else ""."""
    if school.id in store.schools or not store.schools:
        return ""
    theirs = " and ".join(f"“{id}”" for id in sorted(store.schools))
    return (
        f"The records in {store.folder} are those of {theirs}, and by exeat.toml this is “{school.id}”. Nobody would "
        "be reminded or alerted of what is in them. Put the id back under [school], where it is made from the name "
        "if there is none; or use another EXEAT_DATA folder for another school."
    )
