"""Bring the rows of every audience together, and find the addresses that have no row."""

from tools.addresses import Address, Picture, account, api, authority, buyer, oruk, provider, public

AUDIENCES = (public, api, oruk, account, provider, buyer, authority)


def all_addresses() -> list[Address]:
    """Return every row, in the order of the audiences."""
    return [one for audience in AUDIENCES for one in audience.ADDRESSES]


def pictures_by_route() -> dict[str, list[Picture]]:
    """Return the pictures of each route that has some."""
    found: dict[str, list[Picture]] = {}
    for one in all_addresses():
        if one.pictures:
            found.setdefault(one.route, list(one.pictures))
    return found


def reasons_without_picture() -> dict[str, str]:
    """Return why a route has no picture: the reason of its row, or that it takes nothing but a POST."""
    found: dict[str, str] = {}
    read = {one.route for one in all_addresses() if one.method == "GET"}
    for one in all_addresses():
        if one.no_picture:
            found[one.route] = one.no_picture
        elif one.route not in read:
            found[one.route] = "only takes what is sent to it"
    return found
