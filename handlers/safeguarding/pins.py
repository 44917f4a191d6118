"""Who holds the safeguarding roles as far as concerns go."""

from handlers.turn import Scene
from policy.people import Person, Role


async def pinned(scene: Scene, role: Role) -> list[Person]:
    """Who holds the role for concerns."""
    return await scene.holders(role)
