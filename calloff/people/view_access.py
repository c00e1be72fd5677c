"""What a view declares: who may come. Pages and the API both do, and do not know each other: it stands below them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ViewAccess:
    who: str  # public, signed in, or the kind of organisation
    needs: tuple[str, ...] = ()  # one of these permissions
    before_second_factor: bool = False  # a person who must set up a second factor may come here before they have
    sets_up: bool = False  # and it sets one up: closed to who has one already, until they have given it
    with_pin: bool = False  # a PIN on a known device is enough: the page shows no child by more than a short name
