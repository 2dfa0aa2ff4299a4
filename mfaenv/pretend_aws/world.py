"""Accounts, users, keys, MFA devices, roles and sessions; all may be changed while the server runs."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from mfaenv.aws.mfa_policies import Document
from mfaenv.pretend_aws.totp import Device

HOUR = 3600
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def new_id(prefix: str) -> str:
    """Return an identifier like IAM's."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(16))


def new_secret() -> str:
    """Return a secret access key: 40 characters of base64."""
    return base64.b64encode(secrets.token_bytes(30)).decode()


@dataclass(frozen=True)
class RoleSession:
    """What came with a role's session."""

    name: str = ""
    policies: tuple[Document, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: Mapping[str, str] = field(default_factory=dict)
    """The tags that the next role in the chain gets too."""
    source_identity: str = ""

    def context(self, tag: str = "aws:PrincipalTag", identity: str = "aws:SourceIdentity") -> dict[str, str]:
        """Return the condition keys; those of the request have other names."""
        keys = {f"{tag}/{key}": value for key, value in self.tags.items()}
        return {**keys, identity: self.source_identity} if self.source_identity else keys


NOTHING = RoleSession()


class World:
    """All accounts, and the clock."""

    def __init__(self) -> None:
        self.clock: Callable[[], float] = time.time
        self.accounts: dict[str, Account] = {}
        self.credentials: dict[str, Credential] = {}
        self.signin_tokens: dict[str, tuple[Credential, float]] = {}
        """For the console, once: the session, and until when."""

    def now(self) -> float:
        """Return the Unix time in seconds."""
        return self.clock()

    def add_account(self, account_id: str) -> Account:
        account = self.accounts[account_id] = Account(self, account_id, created=self.now())
        return account

    def find_role(self, arn: str) -> Role | None:
        roles = (role for account in self.accounts.values() for role in account.roles.values())
        return next((role for role in roles if role.arn == arn), None)

    def open_session(
        self, principal: User | Role, seconds: int, mfa_at: float | None = None, details: RoleSession = NOTHING
    ) -> Credential:
        """Return new temporary keys; `mfa_at` is when a code was given."""
        now = self.now()
        token = "IQoJb3JpZ2luX2Vj" + base64.b64encode(secrets.token_bytes(240)).decode()
        key_id, secret = new_id("ASIA"), new_secret()
        session = Credential(principal, key_id, secret, now, token, now + seconds, mfa_at, details)
        self.credentials[session.id] = session
        return session


@dataclass(eq=False)
class Account:
    world: World
    id: str
    created: float = 0
    partition: str = "aws"
    users: dict[str, User] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    buckets: list[str] = field(default_factory=list)
    unassigned_devices: dict[str, Device] = field(default_factory=dict)
    """By serial number."""

    def arn(self, resource: str, service: str = "iam") -> str:
        return f"arn:{self.partition}:{service}::{self.id}:{resource}"

    def add_user(self, name: str, *, policies: dict[str, Document] | None = None) -> User:
        user = self.users[name] = User(self, name, policies or {}, created=self.world.now())
        return user

    def add_role(self, name: str, trust: Document, *, policies: dict[str, Document] | None = None) -> Role:
        role = self.roles[name] = Role(self, name, policies or {}, trust)
        return role


@dataclass(eq=False)
class Principal:
    account: Account
    name: str
    policies: dict[str, Document]


@dataclass(eq=False)
class User(Principal):
    path: str = "/"
    created: float = 0
    id: str = field(default_factory=lambda: new_id("AIDA"))
    keys: list[Credential] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)

    @property
    def arn(self) -> str:
        return self.account.arn(f"user{self.path}{self.name}")

    def add_key(self, key_id: str = "", secret: str = "") -> Credential:
        world = self.account.world
        key = Credential(self, key_id or new_id("AKIA"), secret or new_secret(), world.now())
        self.keys.append(key)
        world.credentials[key.id] = key
        return key

    def add_device(self) -> Device:
        world, serial = self.account.world, self.account.arn(f"mfa/{self.name}")
        device = Device(secrets.token_bytes(20), world.now, serial, world.now())
        self.devices.append(device)
        return device


@dataclass(eq=False)
class Role(Principal):
    trust: Document
    max_session: int = HOUR
    """Seconds."""
    id: str = field(default_factory=lambda: new_id("AROA"))

    @property
    def arn(self) -> str:
        return self.account.arn(f"role/{self.name}")


class Use(NamedTuple):
    """When keys signed last, in Unix time, and for what."""

    at: float
    service: str
    region: str


@dataclass(eq=False)
class Credential:
    """Keys that sign requests; those of a session have a token."""

    principal: User | Role
    id: str
    secret: str = field(repr=False)
    created: float
    token: str = field(default="", repr=False)
    expires: float | None = None
    mfa_at: float | None = None
    details: RoleSession = NOTHING
    active: bool = True
    used: Use | None = None

    @property
    def account(self) -> Account:
        return self.principal.account

    @property
    def arn(self) -> str:
        if isinstance(self.principal, Role):
            return self.account.arn(f"assumed-role/{self.principal.name}/{self.details.name}", "sts")
        return self.principal.arn

    @property
    def user_id(self) -> str:
        return self.principal.id + (f":{self.details.name}" if isinstance(self.principal, Role) else "")

    def context(self, now: float) -> dict[str, str]:
        """Return the condition keys; long-term keys have no `aws:MultiFactorAuth…`.

        IAM User Guide, "AWS global condition context keys" and "Secure API access with MFA".
        """
        keys = {
            "aws:PrincipalArn": self.principal.arn,
            "aws:PrincipalAccount": self.account.id,
            "aws:userid": self.user_id,
            **self.details.context(),
        }
        if isinstance(self.principal, User):
            keys["aws:username"] = self.principal.name
        if self.token:
            keys["aws:MultiFactorAuthPresent"] = str(self.mfa_at is not None).lower()
        if self.mfa_at is not None:
            keys["aws:MultiFactorAuthAge"] = str(int(now - self.mfa_at))
        return keys
