from calloff.directory.commands.changes import amend, approve_change, refuse_change, revert, withdraw_change
from calloff.directory.commands.pictures import add_picture, amend_picture, remove_picture
from calloff.directory.commands.service_fields import ServiceEntry
from calloff.directory.commands.services import (
    SiteEntry,
    add,
    add_site,
    amend_site,
    close_site,
    end_price,
    read_price,
    set_places,
    set_price,
    withdraw,
)
from calloff.directory.commands.uplifts import approve_uplift, ask_uplift, refuse_uplift, withdraw_uplift

__all__ = [
    "ServiceEntry",
    "SiteEntry",
    "add",
    "add_picture",
    "add_site",
    "amend",
    "amend_picture",
    "amend_site",
    "approve_change",
    "approve_uplift",
    "ask_uplift",
    "close_site",
    "end_price",
    "read_price",
    "refuse_change",
    "refuse_uplift",
    "remove_picture",
    "revert",
    "set_places",
    "set_price",
    "withdraw",
    "withdraw_change",
    "withdraw_uplift",
]
