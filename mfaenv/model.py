"""What flows through the program: small, immutable, secrets hidden in repr.

Wherever a NamedTuple is made, annotations are no texts (`from __future__ import annotations`): typing compiles those,
and the first thing that a process compiles takes as long as a fifth of a bare interpreter.
"""

from typing import NamedTuple


class Value(NamedTuple):
    """A text and the place that it came from."""

    text: str
    source: str


class Keys(NamedTuple):
    """Access keys, long-term without a token, and where they stand."""

    access_key: str
    secret_key: str
    token: str
    source: str

    def __repr__(self) -> str:
        return f"Keys({self.access_key}, from {self.source})"


class Credentials(NamedTuple):
    """What STS (or botocore) gave; `expires` is in seconds since 1970, UTC, or None for what does not end."""

    access_key: str
    secret_key: str
    token: str
    expires: int | None

    def __repr__(self) -> str:
        return f"Credentials({self.access_key}, expires {self.expires})"


class Hop(NamedTuple):
    """One role on the way to the wanted one; `duration` is in seconds, None for the role's own default of an hour."""

    role_arn: str
    session_name: str
    external_id: str
    duration: int | None
    region: str
    endpoint: str
    profile: str


class Plan(NamedTuple):
    """Everything that the answer depends on, settled before anybody is asked or called.

    `keys` are the long-term keys that get the session; None where botocore resolves the profile without a code, and
    `kind` says by what. `config_profile` is the one at the root, whose settings botocore takes for the session's call;
    `profiles` leads from the wanted one to it. `account` is empty until it is known. `duration` and `min_remaining` are
    in seconds.
    """

    profile: Value
    config_profile: str | None
    profiles: tuple[str, ...]
    kind: str
    keys: Keys | None
    device: Value
    account: str
    region: Value
    session_region: str
    endpoint: str
    duration: int
    min_remaining: int
    hops: tuple[Hop, ...]
    token_command: Value
    token_code: Value
