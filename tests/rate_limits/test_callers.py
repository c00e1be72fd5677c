"""Tests for the client's IP address in rate limits. We trust the address only if our own proxy supplied it."""

import pytest
from django.test import RequestFactory

from calloff.rate_limits.callers import client_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        (0, None, "203.0.113.9"),
        (0, "198.51.100.7", "203.0.113.9"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1, 198.51.100.7", "198.51.100.7"),
        (2, "10.0.0.1, 198.51.100.7, 192.0.2.1", "198.51.100.7"),
        (2, "198.51.100.7", "203.0.113.9"),
        (1, "rubbish", "203.0.113.9"),
        (1, None, "203.0.113.9"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
        (1, "::ffff:c633:6408", "198.51.100.8"),
    ],
)
def test_the_ip_address_used_is_the_one_reported_by_the_last_trusted_proxy(settings, proxies, forwarded, counted):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    assert client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR="203.0.113.9")) == counted


def test_a_request_without_an_ip_address_is_not_counted():
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="")) == ""
