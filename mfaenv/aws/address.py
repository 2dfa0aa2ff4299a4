"""Addresses of services in files and variables: which are none, which are refused, and how they are shown.

Standard library only: they are checked before the question for the code. A URL is parsed as urllib3 does:
https://datatracker.ietf.org/doc/html/rfc3986#section-3.2, and a backslash ends the host too.
"""

import re
import sys
from collections.abc import Mapping
from typing import NamedTuple

from mfaenv.errors import without_password, wrong_usage
from mfaenv.model import Request

ALLOW_HTTP = "MFAENV_ALLOW_HTTP"
URL = (
    r"(https?)://(?:[^/\\?#]*@)?"
    r"(\[[^]/\\?#@]*\]|[^[/\\?#@:][^/\\?#@:]*)(?::([0-9]{0,5}))?"
    r"([/\\][^?#@]*)?(?:[?#][^@]*)?"
)
"""Scheme, user, host and port, path, rest: an @ after the host is refused."""

MAX_PORT = 65_535
IPV4_PARTS = 4
IPV4_BYTES = frozenset(map(str, range(256)))
HAVE_PROXY_SETTINGS = {"darwin", "win32"}
"""Systems with a proxy without a variable: https://docs.python.org/3/library/urllib.request.html."""


class Address(NamedTuple):
    """A parsed URL: scheme and host in lower case, the path without its query."""

    scheme: str
    host: str
    port: str
    path: str

    def __str__(self) -> str:
        """Return it without user, password and query, in ASCII."""
        url = f"{self.scheme}://{self.host}{self.port and f':{self.port}'}{self.path.rstrip('/')}"
        return url.encode("ascii", "backslashreplace").decode()


def parse(url: str) -> Address | None:
    """Return None for what is not the address of a service."""
    match = re.fullmatch(URL, url, re.ASCII | re.IGNORECASE) if url.isprintable() and " " not in url else None
    if match is None or int(match[3] or 0) > MAX_PORT:
        return None
    scheme, host, port, path = match.groups(default="")
    return Address(scheme.lower(), host.lower(), port, path)


def checked(url: str) -> str:
    """Return the URL without user and password, which botocore does not send. Raise MfaenvError (usage) for none."""
    if url and parse(url) is None:
        hint = "Check AWS_ENDPOINT_URL and endpoint_url. It looks like https://HOST:PORT."
        raise wrong_usage(f"'{without_password(url)}' is not the URL of an endpoint.", hint)
    scheme, slashes, rest = url.partition("//")
    return f"{scheme}{slashes}{rest.rpartition('@')[2]}"


def parse_proxy(url: str) -> Address | None:
    """Parse the URL of a proxy, which may lack its scheme."""
    return parse(url if "://" in url else f"http://{url.removeprefix('//')}")


def shown(url: str) -> str:
    """Return an address for people, without user and password."""
    return str(parse(url) or without_password(url))


def check_request(request: Request, env: Mapping[str, str]) -> None:
    """Raise MfaenvError as `refuse_http`, for where a code or session would be sent."""
    endpoints = [request.endpoint.text] if request.keys else []
    for url in filter(None, [*endpoints, *(hop.endpoint for hop in request.hops)]):
        refuse_http(url, env)


def refuse_http(url: str, env: Mapping[str, str]) -> None:
    """Raise MfaenvError (usage) for an address without TLS on another machine, unless the user allows that."""
    address = parse(url)
    if (address and address.scheme == "https") or env.get(ALLOW_HTTP) == "1":
        return
    allow = f"or allow it with {ALLOW_HTTP}=1."
    if address is None or not _is_this_machine(address.host):
        raise wrong_usage(f"{shown(url)} has no encryption.", f"Use https://, {allow}")
    proxy = _proxy(url, env)
    through = parse_proxy(proxy)
    if proxy and not (through and _is_this_machine(through.host)):
        wrong = f"The proxy {shown(proxy)} can read what goes to {address.host}."
        raise wrong_usage(wrong, f"Add {address.host} to NO_PROXY, {allow}")


def _is_this_machine(host: str) -> bool:
    """Return whether a host is loopback, in a spelling that all programs read alike."""
    parts = host.split(".")
    is_number = len(parts) == IPV4_PARTS and IPV4_BYTES.issuperset(parts)
    return host in {"localhost", "[::1]"} or (is_number and parts[0] == "127")


def _proxy(url: str, env: Mapping[str, str]) -> str:
    if sys.platform not in HAVE_PROXY_SETTINGS and not any(name.lower() == "http_proxy" for name in env):
        return ""
    from urllib.parse import urlsplit
    from urllib.request import getproxies, proxy_bypass

    return "" if proxy_bypass(urlsplit(url).netloc) else getproxies().get("http", "")
