"""Declare who can open a view. Pages and the API both use it, so it is below both."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ViewAccess:
    who: str  # public, signed in, or the kind of organisation
    needs: tuple[str, ...] = ()  # any one of these permissions
    before_second_factor: bool = False  # open to people who must set up a second step and have not done so
    sets_up: bool = False  # sets up a second step, so closed to people with one until they have used it
    market_roles: bool = False  # the permission through a role in one market is enough; the page filters its records
    with_pin: bool = False  # a PIN on a known device is enough; the page shows only short names of children
