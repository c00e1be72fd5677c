"""Declarations of who can open a view.

Pages and the API both use this module, so it is in a layer below both of them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ViewAccess:
    who: str  # public, signed in, or a kind of organisation
    needs: tuple[str, ...] = ()  # The person needs at least one of these permissions.
    # whether people who must set up a second step can open the view before they have done so
    before_second_factor: bool = False
    sets_up: bool = False  # whether the view sets up a second step. People who already have one must use it first
    # whether a permission from a role in one market is enough. The page then filters its records
    market_roles: bool = False
    # whether a PIN on a known device is enough. The page then shows only the short names of children
    with_pin: bool = False
