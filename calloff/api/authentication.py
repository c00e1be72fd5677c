"""Identify who sent a request, and count the request against their limit.

The sender is anonymous or has an API key. A key is accepted only in the header `Authorization: Bearer …`, because
browsers, proxies and logs store URLs.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from calloff.api.rejections import ApiRejection
from calloff.api.request_limits import count_request
from calloff.kernel.lifecycles import Refused
from calloff.people import api_keys
from calloff.people.models import ApiKey

ANY_SCOPE = "any"  # Any key is accepted, even one that has no scopes.
BEARER_CHALLENGE = 'Bearer realm="Calloff"'


@dataclass(frozen=True)
class ApiCaller:
    """The caller of a request, and the time of the request.

    `key` is the API key of an organisation, or None if the caller is anonymous.
    """

    at: datetime
    key: ApiKey | None = None


def identify_caller(request: Any) -> ApiCaller:
    """Identify the caller of a request, and count the request.

    A request with an invalid key is counted for its IP address, so that no one can try many keys. Raises ApiRejection:
    401 for an invalid key, and 429 for too many requests.
    """
    sent = request.headers.get("Authorization", "")
    key, key_error = None, None
    if sent:
        scheme, _, token = sent.partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise Refused("Send the key as “Authorization: Bearer calloff_…”.")
            key = api_keys.authenticate_token(token.strip(), request.now)
        except Refused as refusal:
            key_error = str(refusal)
    request.taken = count_request(request, key)
    if key_error:
        raise ApiRejection(401, key_error, WWW_Authenticate=BEARER_CHALLENGE)
    if key:
        api_keys.record_key_use(key, request.now)
    return ApiCaller(request.now, key)


def require_scope(caller: ApiCaller, scope: str = ANY_SCOPE) -> ApiKey:
    """Return the caller's key.

    Raises ApiRejection: 401 if there is no key, and 403 if the key does not have the scope.
    """
    if caller.key is None:
        error = "You need an API key for this. A people administrator at your organisation can create one."
        raise ApiRejection(401, error, WWW_Authenticate=BEARER_CHALLENGE)
    if scope != ANY_SCOPE and not api_keys.is_scope_allowed(caller.key, scope, caller.at):
        error = (
            f"This key cannot do that. It needs the scope “{scope}”, and the person who created it must have that "
            "permission too."
        )
        raise ApiRejection(403, error)
    return caller.key
