"""Data instead of shell code: JSON, dotenv files, GitHub Actions' environment file, credential_process."""

from mfaenv.shells import KEYS, Pair, Target, needs_no_quotes

_JSON_ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\"}
_PROCESS_MEMBERS = {
    "AWS_ACCESS_KEY_ID": "AccessKeyId",
    "AWS_SECRET_ACCESS_KEY": "SecretAccessKey",
    "AWS_SESSION_TOKEN": "SessionToken",
    "AWS_CREDENTIAL_EXPIRATION": "Expiration",
    "AWS_ACCOUNT_ID": "AccountId",
}


class Json(Target):
    """An object of what is set; the json module would take half of an interpreter's start."""

    holds_variables = False

    def assign(self, name: str, value: str) -> str:
        """Return a member, with escapes (RFC 8259, section 7) for all that a terminal does not just show.

        Half a surrogate pair is left, and is refused where the text is encoded.
        """
        escaped = value.translate(_JSON_ESCAPES)
        return f'"{name}": "{escaped if escaped.isprintable() else "".join(map(_json_character, escaped))}"'

    def join(self, statements: list[bytes]) -> bytes:
        return b"{" + b", ".join(statements) + b"}\n"


def _json_character(character: str) -> str:
    if character.isprintable() or "\ud800" <= character <= "\udfff":
        return character
    units = character.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


class Process(Json):
    """What the AWS SDKs read from a ``credential_process``.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
    """

    def assign(self, name: str, value: str) -> str:
        member = _PROCESS_MEMBERS.get(name)
        return super().assign(member, value) if member else ""

    def join(self, statements: list[bytes]) -> bytes:
        return super().join([b'"Version": 1', *statements])


class Dotenv(Target):
    """Lines that docker compose, python-dotenv, node and a POSIX shell read alike: without escapes and ``${X}``."""

    refused = "\0\r"
    remedy = "The readers of dotenv files do not agree on how to write it: try --format json."

    def assign(self, name: str, value: str) -> str:
        if needs_no_quotes(value):
            return f"{name}={value}"
        if "'" not in value and "${" not in value and "\\\\" not in value and not value.endswith("\\"):
            return f"{name}='{value}'"
        if any(sign in value for sign in '"$\\`'):
            raise ValueError
        return f'{name}="{value}"'


class Github(Target):
    """Lines for the file that ``$GITHUB_ENV`` names.

    https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#environment-files
    """

    refused = "\0\r"

    def assign(self, name: str, value: str) -> str:
        if "\n" not in value:
            return f"{name}={value}"
        end = "EOF"
        while end in value.split("\n"):
            end += "_"
        return f"{name}<<{end}\n{value}\n{end}"


_COMMAND_ESCAPES = {ord("%"): "%25", ord("\r"): "%0D", ord("\n"): "%0A"}


def github_masks(pairs: list[Pair]) -> str:
    """Return workflow commands for standard error: a job's log, which shows each step's variables, masks the keys."""
    secrets = [value for name, value in pairs if name in KEYS and value]
    return "".join(f"::add-mask::{secret.translate(_COMMAND_ESCAPES)}\n" for secret in secrets)
