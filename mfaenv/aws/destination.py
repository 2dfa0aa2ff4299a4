"""Pages of the AWS console: a service's by its name, or one by its URL."""

from __future__ import annotations

from urllib.parse import urlsplit

from mfaenv.aws.signin import Console
from mfaenv.errors import USAGE, MfaenvError, without_password

PATHS = {
    "apigw": "apigateway",
    "c9": "cloud9",
    "ce": "cost-management",
    "cf": "cloudfront",
    "cfn": "cloudformation",
    "codeartifact": "codesuite/codeartifact",
    "codebuild": "codesuite/codebuild",
    "codecommit": "codesuite/codecommit",
    "codedeploy": "codesuite/codedeploy",
    "codepipeline": "codesuite/codepipeline",
    "ct": "cloudtrail",
    "cw": "cloudwatch",
    "ddb": "dynamodbv2",
    "dynamodb": "dynamodbv2",
    "eb": "elasticbeanstalk",
    "es": "aos",
    "eventbridge": "events",
    "gd": "guardduty",
    "l": "lambda",
    "logs": "cloudwatch",
    "opensearch": "aos",
    "organizations": "organizations/v2",
    "orgs": "organizations/v2",
    "r53": "route53/v2",
    "redshift": "redshiftv2",
    "route53": "route53/v2",
    "sfn": "states",
    "sm": "secretsmanager",
    "ssm": "systems-manager",
    "sso": "singlesignon",
    "stepfunctions": "states",
    "waf": "wafv2",
}
"""Names that people use, from the AWS CLI or other tools, where the console has another one."""

GLOBAL = frozenset(
    {"account", "billing", "cloudfront", "cost-management", "iam", "iamv2", "organizations", "route53", "support"}
)
"""First parts of the paths of services that have no regions."""

HOME = "console"
NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
HOST_CHARACTERS = NAME_CHARACTERS | {"."}
LONGEST_NAME = 64


def page(text: str, at: Console) -> str:
    """Return the URL of a page: `text` is a service, a URL, or empty for the console's home.

    Raise MfaenvError (usage) for a URL outside this console: it would be opened by a browser that is signed
    in, and whoever made the URL could lead it anywhere.
    """
    if ":" in text or "/" in text or "\\" in text:
        return _checked(text, at)
    name = text.lower() or HOME
    if len(name) > LONGEST_NAME or not NAME_CHARACTERS.issuperset(name) or name != name.strip("-"):
        raise MfaenvError(f"'{text}' is neither a service nor a URL.", "Name a service: s3, ec2, iam, …", status=USAGE)
    path = PATHS.get(name, name)
    is_global = path.partition("/")[0] in GLOBAL
    query = "" if is_global else f"?region={at.region}"
    if not at.host:
        return f"{at.sign_in}/{path}/home{query}"
    return f"https://{'' if is_global and not at.is_regional else f'{at.region}.'}{at.host}/{path}/home{query}"


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
    where = f"https://{at.region}.{at.host}/" if at.host else f"{at.sign_in}/"
    raise MfaenvError(
        f"'{without_password(url)}' is not a page of the console.", f"Its pages begin with {where}", status=USAGE
    )


def _is_in_console(origin: str, at: Console) -> bool:
    scheme, _, host = origin.partition("://")
    is_below = host == at.host or host.endswith(f".{at.host}")
    return bool(at.host) and scheme == "https" and HOST_CHARACTERS.issuperset(host) and is_below


def _is_configured(origin: str, at: Console) -> bool:
    """Return whether these are the scheme, host and port of the configured address, without a user."""
    endpoint = urlsplit(at.endpoint)
    is_same = origin == f"{endpoint.scheme}://{endpoint.netloc}".lower()
    return bool(at.endpoint) and "@" not in origin and is_same
