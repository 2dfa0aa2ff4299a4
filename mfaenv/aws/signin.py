"""Sign in to the AWS console with a role's session, through the federation endpoint of its partition.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
"""

import json
import re
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from mfaenv.aws import address, client, explain, regions, sts
from mfaenv.errors import MfaenvError, without_password, wrong_usage
from mfaenv.fast.entry import Session
from mfaenv.model import Keys

DOMAINS = {
    "aws": "aws.amazon.com",
    "aws-cn": "amazonaws.cn",
    "aws-eusc": "amazonaws-eusc.eu",
    "aws-iso": "c2shome.ic.gov",
    "aws-iso-b": "sc2shome.sgov.gov",
    "aws-iso-e": "csphome.adc-e.uk",
    "aws-iso-f": "csphome.hci.ic.gov",
    "aws-us-gov": "amazonaws-us-gov.com",
}
"""What follows `signin.` and `console.` in a partition's hosts: see botocore's endpoint rules for signin."""

WITHOUT_REGION = frozenset({"aws", "aws-cn", "aws-us-gov"})
"""Partitions with such hosts without a region: https://docs.aws.amazon.com/general/latest/gr/signin-service.html."""

SERVICE_NAME = r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?"
PATH = r"""[!#-;=?-\[\]-~]"""
"""Printable ASCII but what no URL has: a blank, the quote, < and >, the backslash."""

ISSUER = "mfaenv"
SIGNIN_ADDRESS = "AWS_ENDPOINT_URL_SIGNIN"
CLIENT_ERRORS = range(400, 500)
FAILED_THERE = range(500, 600)


class Console(NamedTuple):
    """A console: the address that signs in, and the host and region of its pages, which are below it without a host."""

    sign_in: str
    host: str
    region: str
    endpoint: str


def console(region: str, arn: str, endpoint: str) -> Console:
    """Return the console for a role's ARN, or a region. Raise MfaenvError."""
    if not (endpoint.isascii() and endpoint.isprintable()) or " " in endpoint:
        hint = f"Check {SIGNIN_ADDRESS}, AWS_ENDPOINT_URL and endpoint_url."
        raise wrong_usage("The address of the sign-in service is malformed.", hint)
    region = regions.call_region(region, arn)
    partition = regions.find_partition(region, arn) or "aws"
    domain = DOMAINS.get(partition, "")
    if not (domain or endpoint):
        wrong = f"The console's sign-in address of partition {partition} is not known."
        raise MfaenvError(wrong, f"Set {SIGNIN_ADDRESS}.")
    aws_address = f"https://{'' if partition in WITHOUT_REGION else f'{region}.'}signin.{domain}"
    return Console(endpoint.rstrip("/") or aws_address, domain and f"console.{domain}", region, endpoint)


def account_page(partition: str, account: str) -> str:
    """Return where an account's users sign in; without an account, where all do.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_sign-in.html
    """
    domain = DOMAINS.get(partition, DOMAINS["aws"])
    return f"https://{account}.signin.{domain}/console" if account else f"https://console.{domain}/"


def page(text: str, at: Console) -> str:
    """Return the URL of a page: `text` is a service, a URL, or empty for the home.

    Raise MfaenvError (usage) for a URL outside this console: the browser that opens it is signed in.
    """
    if ":" in text or "/" in text or "\\" in text:
        return _checked(text, at)
    name = text.lower() or "console"
    if not re.fullmatch(SERVICE_NAME, name):
        raise wrong_usage(f"'{text}' is neither a service nor a URL.", "Name a service: s3, ec2, iam, …")
    return f"{_home(at)}/{name}/home?region={at.region}"


def _checked(url: str, at: Console) -> str:
    """Return a URL of which browsers read the same host. Raise MfaenvError (usage)."""
    configured = address.parse(at.endpoint)
    origins = [rf"https://([a-z0-9-]+\.)*{re.escape(at.host)}"] if at.host else []
    origins += [re.escape(str(configured._replace(path="")))] if configured else []
    if any(re.fullmatch(rf"{origin}(?:/{PATH}*)?", url, re.ASCII | re.IGNORECASE) for origin in origins):
        return url
    hint = f"Its pages begin with {_home(at)}/"
    raise wrong_usage(f"'{without_password(url)}' is not a page of the console.", hint)


def _home(at: Console) -> str:
    return f"https://{at.region}.{at.host}" if at.host else at.sign_in


def link(at: Console, profile_session: Any, keys: Keys | Session, destination: str) -> str:
    """Return the link to a page, a secret for fifteen minutes. Raise MfaenvError without a secret."""
    session = {"sessionId": keys.access_key, "sessionKey": keys.secret_key, "sessionToken": keys.token}
    # Without SessionDuration, which AWS refuses for a session got with another.
    with_keys = {"Action": "getSigninToken", "Session": json.dumps(session, separators=(",", ":"))}
    with explain.aws_errors():
        status, body = _get(at, profile_session, _url(at, with_keys))
        if status in CLIENT_ERRORS:
            wrong = f"AWS refused to sign in to the console with this session (status {status})."
            hint = "It may have ended, or is not a role's: try --refresh, or another profile."
            raise MfaenvError(wrong, hint)
        if status in FAILED_THERE:
            raise MfaenvError(f"AWS's sign-in service failed (status {status}).", "Try again in a minute.")
        token = sts.required_text(json.loads(body), "SigninToken")
        to_page = {"Issuer": ISSUER, "Destination": destination, "SigninToken": token}
        return _url(at, {"Action": "login", **to_page})


def _url(at: Console, parameters: dict[str, str]) -> str:
    return f"{at.sign_in}/federation?{urlencode(parameters, quote_via=quote, safe='')}"


def _get(at: Console, session: Any, url: str) -> tuple[int, bytes]:
    """Get a URL as botocore does, whose errors name it: `explain` leaves out the query, which holds the keys."""
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session

    settings: dict[str, Any] = {
        "verify": next(filter(None, map(session.get_config_variable, client.BUNDLES)), True),
        "proxies": client.proxies(at.sign_in),
        "timeout": (client.CONNECT_SECONDS, client.READ_SECONDS),
    }
    request = AWSRequest("GET", url, {"Accept": "application/json", "User-Agent": ISSUER}).prepare()
    response = URLLib3Session(**settings).send(request)
    return response.status_code, response.content
