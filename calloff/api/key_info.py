"""What a key is: for the person who sets up a system, and sees whether it is let in."""

from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from calloff.api.authentication import ApiCaller, rate_limit_for, require_scope
from calloff.people import api_keys


class OwnKey(msgspec.Struct):
    """The key that was sent, save the key itself."""

    name: str
    organisation: str
    kind: Annotated[str, Meta(description="authority, provider, school or team")]
    may: Annotated[list[str], Meta(description="its scopes, limited to what the person who created it can do now")]
    expires_on: Annotated[date, Meta(description="its last day")]
    questions_a_minute: int


def own_key(query: Any, asks: ApiCaller) -> OwnKey:
    """Tell a system what its key is. Raises ApiRejection (401) without one."""
    key = require_scope(asks)
    may = [scope for scope in key.scopes if api_keys.is_scope_allowed(key, scope, asks.at)]
    return OwnKey(key.name, key.organisation.name, key.organisation.kind, may, key.expires_on, rate_limit_for("keyed"))
