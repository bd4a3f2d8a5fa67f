"""Who is at the other end when a front server stands between."""

from __future__ import annotations

from ipaddress import ip_address

from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str | None:
    """The address that the front server has seen, or the other end's own without a front server.

    Only the last entry of X-Forwarded-For is the front server's; a browser can make up those before it.
    """
    seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return str(ip_address(seen))
    except ValueError:
        return request.META.get("REMOTE_ADDR")
