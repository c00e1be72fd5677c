"""Who is counted, where nobody is signed in: the address that our own proxy saw."""

import ipaddress
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied

NETWORK = 64  # bits of an IPv6 address that one household or office has


def client_address(request: Any) -> str:
    """Return the address of the network from which a request came; of IPv6, its network. Nothing if there is none."""
    try:
        seen = ipaddress.ip_address(get_adapter().get_client_ip(request))
    except (PermissionDenied, ValueError):
        return ""
    return str(ipaddress.ip_network((seen, NETWORK), strict=False)) if seen.version == 6 else str(seen)  # noqa: PLR2004
