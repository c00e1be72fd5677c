"""Describe the caller's own API key, so that the person who connects a system can check the key."""

from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from calloff.api.authentication import ApiCaller, require_scope
from calloff.api.request_limits import rate_limit_for
from calloff.people import api_keys


class OwnKey(msgspec.Struct):
    """The key that was used for the request, without its secret."""

    name: str
    organisation: str
    kind: Annotated[str, Meta(description="authority, provider, school or team")]
    may: Annotated[
        list[str], Meta(description="scopes of the key, limited to what the person who created it can do now")
    ]
    expires_on: Annotated[date, Meta(description="last day of the key")]
    questions_a_minute: int


def own_key(query: Any, caller: ApiCaller) -> OwnKey:
    """Return the caller's own key. Raises ApiRejection (401) if the request has no key."""
    key = require_scope(caller)
    allowed_scopes = [scope for scope in key.scopes if api_keys.is_scope_allowed(key, scope, caller.at)]
    return OwnKey(
        key.name, key.organisation.name, key.organisation.kind, allowed_scopes, key.expires_on, rate_limit_for("keyed")
    )
