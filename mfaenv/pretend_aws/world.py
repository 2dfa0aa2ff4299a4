"""What exists in the pretend AWS: accounts, users with keys and MFA devices, roles, and the sessions handed out.

>>> world = World()                                   # or World(clock), Unix time in seconds
>>> account = world.add_account("123456789012")
>>> alice = account.add_user("alice", policies={"Admin": ALLOW_ALL, "ForceMFA": FORCE_MFA})
>>> key = alice.add_key()                             # key.id, key.secret
>>> device = alice.add_device()                       # device.serial, device.code()

Everything is a plain object that a test may change while the server runs: `key.active = False`,
`alice.policies.clear()`, `world.clock = lambda: time.time() + 3600`.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from mfaenv.pretend_aws.policy import Document
from mfaenv.pretend_aws.role_sessions import NOTHING, RoleSession
from mfaenv.pretend_aws.totp import Authenticator

DeviceKind: TypeAlias = Literal["virtual", "hardware", "security key"]
HOUR = 3600
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def new_id(prefix: str) -> str:
    """Return an identifier as IAM makes them: AKIA for keys, ASIA for sessions, AIDA for users, AROA for roles."""
    return prefix + "".join(secrets.choice(_UPPER) for _ in range(16))


def new_secret() -> str:
    """Return a secret access key: 40 characters of base64, which often holds `/` and `+`."""
    return base64.b64encode(secrets.token_bytes(30)).decode()


class World:
    """Accounts and credentials, and the clock that dates them.

    `new_key_seconds` is how long a key that IAM made is unknown to all services: seconds, now and then a minute.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.new_key_seconds = 0.0
        self.accounts: dict[str, Account] = {}
        self.credentials: dict[str, Credential] = {}
        self.signin_tokens: dict[str, tuple[Credential, float]] = {}
        """What signs in to the console, once: the session, and until when."""

    def now(self) -> float:
        """Return the Unix time in seconds."""
        return self.clock()

    def add_account(self, account_id: str, *, partition: str = "aws") -> Account:
        """Add an account of twelve digits; the partition decides its ARNs and its regions."""
        account = self.accounts[account_id] = Account(self, account_id, partition, created=self.now())
        return account

    def find_role(self, arn: str) -> Role | None:
        """Return the role of that ARN."""
        roles = (role for account in self.accounts.values() for role in account.roles.values())
        return next((role for role in roles if role.arn == arn), None)

    def open_session(
        self,
        principal: User | Role,
        seconds: int,
        *,
        mfa_at: float | None = None,
        name: str = "",
        details: RoleSession = NOTHING,
    ) -> Credential:
        """Return new temporary keys; `mfa_at` is when a code was given for them, the rest is a role session's."""
        now = self.now()
        session = Credential(
            principal,
            new_id("ASIA"),
            new_secret(),
            created=now,
            token="IQoJb3JpZ2luX2Vj" + base64.b64encode(secrets.token_bytes(240)).decode(),
            expires=now + seconds,
            mfa_at=mfa_at,
            name=name,
            details=details,
        )
        self.credentials[session.id] = session
        return session


@dataclass(eq=False)
class Account:
    """An account: its users and roles by name, its buckets, and its devices."""

    world: World
    id: str
    partition: str = "aws"
    created: float = 0
    users: dict[str, User] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    buckets: list[str] = field(default_factory=list)
    unassigned_devices: dict[str, Device] = field(default_factory=dict)
    """Virtual devices that are nobody's yet, or any more, by serial number."""

    def arn(self, resource: str, service: str = "iam") -> str:
        """Return the ARN of a resource of this account: `arn:aws:iam::123456789012:user/alice`."""
        return f"arn:{self.partition}:{service}::{self.id}:{resource}"

    def add_user(self, name: str, *, policies: dict[str, Document] | None = None) -> User:
        """Add a user with policies by name; the name `root` makes the account's owner, whom no policy binds."""
        user = self.users[name] = User(self, name, policies or {}, created=self.world.now())
        return user

    def add_role(
        self, name: str, trust: Document, *, policies: dict[str, Document] | None = None, max_session: int = HOUR
    ) -> Role:
        """Add a role; `trust` is its trust policy, `max_session` its longest session in seconds (1 to 12 hours)."""
        role = self.roles[name] = Role(self, name, policies or {}, trust=trust, max_session=max_session)
        return role


@dataclass(eq=False)
class Principal:
    """A user or a role: what policies are attached to."""

    account: Account
    name: str
    policies: dict[str, Document]


@dataclass(eq=False)
class User(Principal):
    """An IAM user, or the account's owner."""

    path: str = "/"
    created: float = 0
    id: str = field(default_factory=lambda: new_id("AIDA"))
    keys: list[Credential] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)

    @property
    def is_root(self) -> bool:
        """Return whether this is the account's owner."""
        return self.name == "root"

    @property
    def arn(self) -> str:
        """Return the user's ARN."""
        return self.account.arn("root" if self.is_root else f"user{self.path}{self.name}")

    def add_key(self, key_id: str = "", secret: str = "") -> Credential:
        """Add a long-term access key, made up unless it is given."""
        world = self.account.world
        key = Credential(self, key_id or new_id("AKIA"), secret or new_secret(), created=world.now())
        self.keys.append(key)
        world.credentials[key.id] = key
        return key

    def add_device(self, kind: DeviceKind = "virtual", name: str = "", secret: bytes = b"") -> Device:
        """Add an MFA device; a virtual one is named after the user unless a name is given."""
        serial = {
            "virtual": self.account.arn(f"mfa/{name or self.name}"),
            "hardware": name or "GAHT12345678",
            "security key": self.account.arn(f"u2f/user/{self.name}/{name or 'yubikey-ABCDEFGHIJKLMNOP'}"),
        }[kind]
        world = self.account.world
        device = Device(secret or secrets.token_bytes(20), world.now, serial, kind, created=world.now())
        self.devices.append(device)
        return device


@dataclass(eq=False)
class Role(Principal):
    """A role."""

    trust: Document = field(kw_only=True)
    max_session: int = HOUR
    id: str = field(default_factory=lambda: new_id("AROA"))

    @property
    def arn(self) -> str:
        """Return the role's ARN."""
        return self.account.arn(f"role/{self.name}")


@dataclass(eq=False)
class Device(Authenticator):
    """An MFA device."""

    serial: str
    kind: DeviceKind = "virtual"
    created: float = field(kw_only=True)

    @property
    def has_codes(self) -> bool:
        """Return whether this device shows codes: a security key does not, and STS takes none for it."""
        return self.kind != "security key"


class Use(NamedTuple):
    """When keys signed last, in Unix time, for which service, and in which region."""

    at: float
    service: str
    region: str


@dataclass(eq=False)
class Credential:
    """Keys that sign requests: a user's own, or with a token those of a session of a user or a role."""

    principal: User | Role
    id: str
    secret: str = field(repr=False)
    created: float = 0
    active: bool = True
    token: str = field(default="", repr=False)
    expires: float | None = None
    mfa_at: float | None = None
    name: str = ""
    details: RoleSession = NOTHING
    known_from: float = 0
    used: Use | None = None

    @property
    def account(self) -> Account:
        """Return the account of the user or role that has these keys."""
        return self.principal.account

    @property
    def arn(self) -> str:
        """Return the ARN of the caller, as `GetCallerIdentity` does."""
        if isinstance(self.principal, Role):
            return self.account.arn(f"assumed-role/{self.principal.name}/{self.name}", "sts")
        return self.principal.arn

    @property
    def is_user_session(self) -> bool:
        """Return whether these are the temporary keys of a user."""
        return bool(self.token) and isinstance(self.principal, User)

    @property
    def user_id(self) -> str:
        """Return the unique identifier that goes with the ARN."""
        if isinstance(self.principal, Role):
            return f"{self.principal.id}:{self.name}"
        return self.account.id if self.principal.is_root else self.principal.id

    def context(self, now: float) -> dict[str, str]:
        """Return the condition keys that these keys bring along.

        Long-term keys have no `aws:MultiFactorAuth…` key at all, and a role's session never has it true (IAM User
        Guide, "AWS global condition context keys" and "Secure API access with MFA").
        """
        keys = {
            "aws:PrincipalArn": self.principal.arn,
            "aws:PrincipalAccount": self.account.id,
            "aws:userid": self.user_id,
            **self.details.context(),
        }
        if isinstance(self.principal, User) and not self.principal.is_root:
            keys["aws:username"] = self.principal.name
        if self.token:
            keys["aws:MultiFactorAuthPresent"] = str(self.mfa_at is not None).lower()
        if self.mfa_at is not None:
            keys["aws:MultiFactorAuthAge"] = str(int(now - self.mfa_at))
        return keys
