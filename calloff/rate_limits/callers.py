"""Find the IP address of a visitor who is not signed in, as recorded by our own proxy, for rate limits."""

import ipaddress
from typing import Any

from django.conf import settings

IPV6_NETWORK_BITS = 64  # the prefix length of an IPv6 network that one household or office usually has


def client_address(request: Any) -> str:
    """Return the IPv4 address or /64 IPv6 network that a request came from, or an empty string if it has none.

    Each of our own proxies (`ALLAUTH_TRUSTED_PROXY_COUNT` of them) adds the address that it saw to the end of
    X-Forwarded-For. Earlier entries come from the visitor, so we cannot trust them.
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    forwarded = [entry.strip() for entry in request.headers.get("X-Forwarded-For", "").split(",")]
    forwarded_address = forwarded[-proxies] if 0 < proxies <= len(forwarded) else ""
    for text in (forwarded_address, request.META.get("REMOTE_ADDR", "")):
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            continue
        if isinstance(address, ipaddress.IPv4Address):
            return str(address)
        # A server that listens on both protocols writes an IPv4 address as ::ffff:203.0.113.9 (RFC 4291). It is
        # converted back, because otherwise all IPv4 addresses would be in the same /64.
        return str(address.ipv4_mapped or ipaddress.ip_network((address, IPV6_NETWORK_BITS), strict=False))
    return ""
