"""Combine the rows of all audiences, and find the URLs that have no row."""

from tools.addresses import Address, Photo, account, api, authority, bulk, buyer, enquiries, oruk, provider, public

AUDIENCES = (public, api, oruk, account, provider, buyer, authority, bulk, enquiries)


def all_addresses() -> list[Address]:
    """Return all rows, in the order of the audiences."""
    return [one for audience in AUDIENCES for one in audience.ADDRESSES]


def photos_by_route() -> dict[str, list[Photo]]:
    """Return the screenshots of each route that has any."""
    found: dict[str, list[Photo]] = {}
    for one in all_addresses():
        if one.photos:
            found.setdefault(one.route, list(one.photos))
    return found


def reasons_without_photo() -> dict[str, str]:
    """Return why each route without a screenshot has none: the reason in its row, or that it accepts only POST."""
    found: dict[str, str] = {}
    read = {one.route for one in all_addresses() if one.method == "GET"}
    for one in all_addresses():
        if one.no_photo:
            found[one.route] = one.no_photo
        elif one.route not in read:
            found[one.route] = "only takes what is sent to it"
    return found
