"""API keys of the provider, the school and the authority, for the endpoints where people manage keys."""

from datetime import timedelta

from calloff.people.commands import make_key, revoke_key
from tests.factories import NOW

LAST = (NOW + timedelta(days=90)).date()


def make(world):
    world.key = _key(world.provider, world.ada, "Website")
    world.school_key = _key(world.school, world.helen, "Website")
    world.authority_key = _key(world.authority, world.maud, "Website")
    world.rows_of_keys = 0


def more(world):
    """Add a key to each list of keys.

    There are more keys than can be active at the same time, so the keys that are added are revoked, like old keys.
    """
    world.rows_of_keys += 1
    for place, by in ((world.provider, world.ada), (world.school, world.helen), (world.authority, world.maud)):
        revoke_key(_key(place, by, f"System {world.rows_of_keys}"), by=by, at=NOW)


def new_key(world):
    last = {"expires_on-day": LAST.day, "expires_on-month": LAST.month, "expires_on-year": LAST.year}
    return {"name": "Management system", **last}


def _key(place, by, name):
    return make_key(place, name=name, scopes=[], expires_on=LAST, by=by, at=NOW).key
