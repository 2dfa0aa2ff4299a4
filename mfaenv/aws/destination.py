"""Pages of the AWS console: a service's by its name, or one by its URL."""

from __future__ import annotations

import re

from mfaenv.aws import address
from mfaenv.aws.signin import Console
from mfaenv.errors import USAGE, MfaenvError, without_password

HOME = "console"
NAME = r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?"
PATH = r"""[!#-;=?-\[\]-~]"""
"""ASCII's printable characters but for those that no URL has: a blank, the quote, < and >, and the backslash."""


def page(text: str, at: Console) -> str:
    """Return the URL of a page: `text` is a service as the console's URLs have it, a URL, or empty for the home.

    The console itself leads on from the region's page to that of a service without regions.

    Raise MfaenvError (usage) for a URL outside this console: it would be opened by a browser that is signed
    in, and whoever made the URL could lead it anywhere.
    """
    if ":" in text or "/" in text or "\\" in text:
        return _checked(text, at)
    name = text.lower() or HOME
    if not re.fullmatch(NAME, name):
        raise MfaenvError(f"'{text}' is neither a service nor a URL.", "Name a service: s3, ec2, iam, …", status=USAGE)
    return f"{_home(at)}/{name}/home?region={at.region}"


def _checked(url: str, at: Console) -> str:
    """Return the URL, of which a browser and this function read the same host. Raise MfaenvError (usage)."""
    own = address.parse(at.endpoint)
    origins = [rf"https://([a-z0-9-]+\.)*{re.escape(at.host)}"] if at.host else []
    origins += [re.escape(str(own._replace(path="")))] if own else []
    if any(re.fullmatch(rf"{origin}(?:/{PATH}*)?", url, re.ASCII | re.IGNORECASE) for origin in origins):
        return url
    raise MfaenvError(
        f"'{without_password(url)}' is not a page of the console.", f"Its pages begin with {_home(at)}/", status=USAGE
    )


def _home(at: Console) -> str:
    return f"https://{at.region}.{at.host}" if at.host else at.sign_in
