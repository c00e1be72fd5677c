"""The caller to count when no one is signed in: the IP address our proxy saw."""

import ipaddress
from typing import Any

from django.conf import settings

IPV6_NETWORK_BITS = 64  # bits of an IPv6 address that one household or office has


def client_address(request: Any) -> str:
    """Return a request's IP address, or its network for IPv6. Nothing if there is none.

    Each of our own proxies (`ALLAUTH_TRUSTED_PROXY_COUNT` of them) adds what it saw at the end of X-Forwarded-For: what
    stands before that is what the visitor wrote.
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    forwarded = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
    told = forwarded[-proxies] if 0 < proxies <= len(forwarded) else ""
    for text in (told, request.META.get("REMOTE_ADDR", "")):
        try:
            seen = ipaddress.ip_address(text)
        except ValueError:
            continue
        if isinstance(seen, ipaddress.IPv4Address):
            return str(seen)
        # a front that listens on both writes IPv4 as ::ffff:203.0.113.9: all of IPv4 is one network of IPv6 (RFC 4291)
        return str(seen.ipv4_mapped or ipaddress.ip_network((seen, IPV6_NETWORK_BITS), strict=False))
    return ""
