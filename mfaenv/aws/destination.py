"""Pages of the AWS console: a service's by its name, or one by its URL."""

from __future__ import annotations

from urllib.parse import urlsplit

from mfaenv.aws.signin import Console
from mfaenv.errors import USAGE, MfaenvError, without_password

HOME = "console"
NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
HOST_CHARACTERS = NAME_CHARACTERS | {"."}
LONGEST_NAME = 64


def page(text: str, at: Console) -> str:
    """Return the URL of a page: `text` is a service as the console's URLs have it, a URL, or empty for the home.

    The console itself leads on from the region's page to that of a service without regions.

    Raise MfaenvError (usage) for a URL outside this console: it would be opened by a browser that is signed
    in, and whoever made the URL could lead it anywhere.
    """
    if ":" in text or "/" in text or "\\" in text:
        return _checked(text, at)
    name = text.lower() or HOME
    if len(name) > LONGEST_NAME or not NAME_CHARACTERS.issuperset(name) or name != name.strip("-"):
        raise MfaenvError(f"'{text}' is neither a service nor a URL.", "Name a service: s3, ec2, iam, …", status=USAGE)
    return f"{_home(at)}/{name}/home?region={at.region}"


def _checked(url: str, at: Console) -> str:
    """Return the URL, of which a browser and this function read the same host. Raise MfaenvError (usage)."""
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>')
    try:
        parts = urlsplit(url)
    except ValueError:
        parts, is_plain = urlsplit(""), False
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    starts_so = url.lower().startswith(f"{origin}/") or url.lower() == origin
    if is_plain and starts_so and (_is_in_console(origin, at) or _is_configured(origin, at)):
        return url
    raise MfaenvError(
        f"'{without_password(url)}' is not a page of the console.", f"Its pages begin with {_home(at)}/", status=USAGE
    )


def _home(at: Console) -> str:
    return f"https://{at.region}.{at.host}" if at.host else at.sign_in


def _is_in_console(origin: str, at: Console) -> bool:
    scheme, _, host = origin.partition("://")
    is_below = host == at.host or host.endswith(f".{at.host}")
    return bool(at.host) and scheme == "https" and HOST_CHARACTERS.issuperset(host) and is_below


def _is_configured(origin: str, at: Console) -> bool:
    """Return whether these are the scheme, host and port of the configured address, without a user."""
    endpoint = urlsplit(at.endpoint)
    is_same = origin == f"{endpoint.scheme}://{endpoint.netloc}".lower()
    return bool(at.endpoint) and "@" not in origin and is_same
