"""Addresses of services in files and variables: which are none, which are refused, and how they are shown.

Standard library only, since they are looked at before the question for the code. A URL is taken apart as urllib3 does
it, which connects to it: https://datatracker.ietf.org/doc/html/rfc3986#section-3.2, and a backslash ends the host too.
"""

import sys
from collections.abc import Mapping
from typing import NamedTuple

from mfaenv.errors import USAGE, MfaenvError, without_password
from mfaenv.model import Request

ALLOW_HTTP = "MFAENV_ALLOW_HTTP"
URL = (
    r"(https?)://(?:[^/\\?#]*@)?"
    r"(\[[^]/\\?#@]*\]|[^[/\\?#@:][^/\\?#@:]*)(?::([0-9]{0,5}))?"
    r"([/\\][^?#@]*)?(?:[?#][^@]*)?"
)
"""Scheme and user, host and port, path and the rest: an @ after the host is refused."""

IPV4_PARTS = 4
IPV4_BYTES = frozenset(map(str, range(256)))
HAVE_PROXY_SETTINGS = {"darwin", "win32"}
"""Systems that can have a proxy without a variable: https://docs.python.org/3/library/urllib.request.html."""


class Address(NamedTuple):
    """A URL taken apart: scheme and host in lower case, the port as text, the path without its query."""

    scheme: str
    host: str
    port: str
    path: str

    def __str__(self) -> str:
        """Return it without user, password and query, and with nothing that looks like another letter."""
        url = f"{self.scheme}://{self.host}{self.port and f':{self.port}'}{self.path.rstrip('/')}"
        return url.encode("ascii", "backslashreplace").decode()


def parse(url: str) -> Address | None:
    """Take a URL apart; return None for what is no address of a service."""
    import re  # takes its time, and most profiles have AWS's own addresses

    match = re.fullmatch(URL, url, re.ASCII | re.IGNORECASE) if url.isprintable() and " " not in url else None
    if match is None:
        return None
    scheme, host, port, path = match.groups(default="")
    return Address(scheme.lower(), host.lower(), port, path)


def checked(url: str) -> str:
    """Return the URL without user and password: botocore does not send them, and the store must not hold them.

    Raise MfaenvError (usage) for what is no address of a service.
    """
    if url and parse(url) is None:
        raise MfaenvError(
            f"'{without_password(url)}' is not the URL of an endpoint.",
            "Check AWS_ENDPOINT_URL and endpoint_url. It looks like https://HOST:PORT.",
            status=USAGE,
        )
    scheme, slashes, rest = url.partition("//")
    return f"{scheme}{slashes}{rest.rpartition('@')[2]}"


def parse_proxy(url: str) -> Address | None:
    """Take the URL of a proxy apart, which may lack its scheme; return None for what is none."""
    return parse(url if "://" in url else f"http://{url}")


def shown(url: str) -> str:
    """Return an address for people, without user and password."""
    return str(parse(url) or without_password(url))


def check_request(request: Request, env: Mapping[str, str]) -> None:
    """Check where a code or a session would be sent. Raise MfaenvError as `refuse_http` does."""
    endpoints = [request.endpoint.text] if request.keys else []
    for url in dict.fromkeys([*endpoints, *(hop.endpoint for hop in request.hops)]):
        if url:
            refuse_http(url, env)


def refuse_http(url: str, env: Mapping[str, str]) -> None:
    """Raise MfaenvError (usage) for an address without TLS on another machine, unless the user allows that.

    What is sent there can be read on the way: the code, and the session that comes back. AWS itself has TLS everywhere.
    """
    address = parse(url)
    if (address and address.scheme == "https") or env.get(ALLOW_HTTP) == "1":
        return
    hint = f"Use https://, or allow it with {ALLOW_HTTP}=1."
    if address is None or not is_this_machine(address.host):
        raise MfaenvError(f"{shown(url)} has no encryption.", hint, status=USAGE)
    proxy = _proxy(url, env)
    through = parse_proxy(proxy)
    if proxy and not (through and is_this_machine(through.host)):
        raise MfaenvError(
            f"The proxy {shown(proxy)} can read what goes to {address.host}.",
            f"Add {address.host} to NO_PROXY, or allow it with {ALLOW_HTTP}=1.",
            status=USAGE,
        )


def is_this_machine(host: str) -> bool:
    """Return whether a host is localhost or a loopback address.

    Other ways to write an address (2130706433, 0x7f.1, [::ffff:127.0.0.1]) are not taken: each program reads them in
    its own way. Nor are names below localhost, which not all resolvers keep on this machine.
    """
    parts = host.split(".")
    is_number = len(parts) == IPV4_PARTS and IPV4_BYTES.issuperset(parts)
    return host in {"localhost", "[::1]"} or (is_number and parts[0] == "127")


def _proxy(url: str, env: Mapping[str, str]) -> str:
    """Return the proxy through which urllib3 would call a URL without TLS; empty for none."""
    if sys.platform not in HAVE_PROXY_SETTINGS and not any(name.lower() == "http_proxy" for name in env):
        return ""
    from urllib.parse import urlsplit
    from urllib.request import getproxies, proxy_bypass

    return "" if proxy_bypass(urlsplit(url).netloc) else getproxies().get("http", "")
