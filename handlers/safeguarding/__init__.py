"""What concerns rest on: who holds the safeguarding roles, and that alerts reach them.

`pins` says who holds them, and `roles` how that changes; `drills` sends the test alerts, and `readiness` says what
they have shown.
"""

from handlers.registry import merge
from handlers.safeguarding import drills, exporting, roles

REGISTRY = merge([roles.REGISTRY, drills.REGISTRY, exporting.registry])
