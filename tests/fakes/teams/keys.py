"""The keys that sign what the app is sent. They are made once per process, for making one is slow."""

from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from tests.fakes.teams.people import made_id
from tests.fakes.teams.wire import Json

STRANGER = 999


@cache
def key(number: int) -> rsa.RSAPrivateKey:
    """Microsoft's key after so many rotations; STRANGER is somebody else's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_id(number: int) -> str:
    """The name of a key, as `kid` and `x5t`."""
    return made_id("signing key", str(number)).replace("-", "")[:27]


def public(number: int, endorsements: list[str]) -> Json:
    """A key as the key set lists it, good for these channels."""
    shape: Json = RSAAlgorithm.to_jwk(key(number).public_key(), as_dict=True)
    named = {"kid": key_id(number), "x5t": key_id(number), "use": "sig", "endorsements": endorsements}
    return {**{name: shape[name] for name in ("kty", "n", "e")}, **named}


def signed(number: int, claims: Json, headers: Json) -> str:
    """A JWT; a header of None is left out, and `alg` none or HS256 is signed so, as a forger would."""
    every: Json = {"kid": key_id(number), "x5t": key_id(number), "typ": "JWT"} | headers
    algorithm = str(every.pop("alg", "RS256"))
    secret: Any = key(number)
    if algorithm == "none":
        secret = None
    elif algorithm.startswith("HS"):
        secret = b"a secret that anybody may have guessed"
    kept = {name: value for name, value in every.items() if value is not None}
    return jwt.encode(claims, secret, algorithm=algorithm, headers=kept)
