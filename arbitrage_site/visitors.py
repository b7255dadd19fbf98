"""Where a request comes from, as far as limits need to know."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

NETWORK = 64
"""Bits of an IPv6 address that name one household; the rest is the visitor's to choose."""


def address(request: HttpRequest) -> str:
    """The visitor's address; of IPv6 the network.

    With PROXY_COUNT proxies in front, the entry of X-Forwarded-For that the outermost of them wrote: everything
    before it comes from the visitor and may be invented.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if settings.PROXY_COUNT:
        told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        text = told[-settings.PROXY_COUNT] if len(told) >= settings.PROXY_COUNT else text
    try:
        parsed = ip_address(text)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, NETWORK), strict=False))
    return str(parsed)
