"""What all packages hand on: immutable, secrets hidden in repr."""

from enum import Enum, StrEnum, auto
from typing import NamedTuple


class Provider(StrEnum):
    """What gives the credentials of the source profile, as it is shown."""

    LONG_TERM = "keys"
    TEMPORARY = "keys with a token"
    PROCESS = "credential_process"
    LOGIN = "aws login"
    SOURCE = "credential_source"
    WEB = "web identity"
    WEB_ENVIRONMENT = "web identity in the environment"
    CENTER = "IAM Identity Center"
    MACHINE = "a container or instance role"


BEFORE_PROCESS = {"role_arn", "web_identity_token_file", "sso_account_id", "sso_role_name", "login_session"}
"""Settings beside which AWS's programs use no credential_process."""


class Origin(Enum):
    """What kind of source a value has."""

    OPTION = auto()
    VARIABLE = auto()
    PROFILE = auto()
    OTHER = auto()


class Value(NamedTuple):
    """A text and its source: in words, which are only shown, and its kind."""

    text: str
    source: str
    origin: Origin = Origin.OTHER


NO_VALUE = Value("", "")


class Span(NamedTuple):
    """A length of time in seconds, and its source."""

    seconds: int
    source: str


class Keys(NamedTuple):
    """Access keys and their source; long-term ones have no token. `profile` names the section of those in a file.

    The secret may be empty until it is loaded.
    """

    access_key: str
    secret_key: str
    token: str
    source: str
    origin: Origin = Origin.OTHER
    profile: str = ""

    def __repr__(self) -> str:
        return f"Keys({self.access_key}, from {self.source})"


def same_keys(one: Keys | None, other: Keys | None) -> bool:
    """Return whether these are the same keys, wherever they are stored."""
    if one is None or other is None:
        return one is other
    return (one.access_key, one.secret_key) == (other.access_key, other.secret_key)


class Hop(NamedTuple):
    """A role of a chain; without a `duration` it lasts an hour.

    The session is named after the user where `session_name` is empty; `tags` are keys and values. `policy`
    (JSON) and `policy_arns` are session policies.
    """

    role_arn: str
    session_name: str
    external_id: str
    duration: Span | None
    region: str
    endpoint: str
    profile: str
    source_identity: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    transitive_tags: tuple[str, ...] = ()
    policy: str = ""
    policy_arns: tuple[str, ...] = ()

    def limit(self) -> str:
        """Return a word for its session policies, whose rights add up; empty where there are none."""
        others = [arn for arn in self.policy_arns if not arn.endswith(":iam::aws:policy/ReadOnlyAccess")]
        return "limited" if self.policy or others else "read-only" if self.policy_arns else ""


class Request(NamedTuple):
    """Everything that was asked for, resolved before anybody is asked or called.

    `keys` are the long-term keys that get the session; None where `provider` needs no code, or where the
    command `process` has to run to tell; `program` identifies it. `profiles` leads from the chosen one to the source
    profile; `config_profile` is that one, where a file has it: botocore takes its settings for the session's call.
    `account` and `user`, the user's name, are empty until AWS tells; `endpoints`, by service, are empty for
    AWS's own. `ca_bundle` is the chosen profile's, for where the source profile has none. `variables` are the
    profile's settings for a shell, and `warning` tells of the others.
    """

    profile: Value
    config_profile: str | None
    profiles: tuple[str, ...]
    provider: Provider
    keys: Keys | None
    device: Value
    account: str
    region: Value
    session_region: str
    endpoints: dict[str, Value]
    duration: Span
    min_remaining: Span
    hops: tuple[Hop, ...]
    ca_bundle: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    warning: str = ""
    user: str = ""
    process: Value = NO_VALUE
    program: str = ""

    @property
    def endpoint(self) -> Value:
        """Return that of STS."""
        return self.endpoints["sts"]

    @property
    def source_profile(self) -> str:
        """Return the profile whose credentials come first: of a role its source, else the chosen one."""
        return self.profiles[-1]


class Acquisition(NamedTuple):
    """How a session may be got; `ask` says where. With `cached`, only the store counts; with `refresh`, it does not."""

    token_code: Value = NO_VALUE
    token_command: Value = NO_VALUE
    ask: Value = Value("terminal", "")
    refresh: bool = False
    cached: bool = False
    no_input: bool = False


NEVER_ASK = Acquisition(no_input=True)
