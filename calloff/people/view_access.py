"""Declarations of who can open a view.

Pages and the API both use this module, so it is in a layer below both.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ViewAccess:
    who: str  # public, signed in, or a kind of organisation
    needs: tuple[str, ...] = ()  # any one of these permissions is enough
    before_second_factor: bool = False  # open to people who must set up a second step but have not done so yet
    sets_up: bool = False  # the view sets up a second step, so people who already have one must use it first
    # a permission from a role in one market is enough, and the page filters its records
    market_roles: bool = False
    with_pin: bool = False  # a PIN on a known device is enough, and the page shows only children's short names
