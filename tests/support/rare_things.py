"""What only tests need of the world: other partitions, trust and devices, the account's owner, slow keys."""

import secrets
from collections.abc import Mapping

from mfaenv.aws.mfa_policies import Document
from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.totp import Device
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import Account, Credential, User, World


def add_account_of(world: World, partition: str) -> Account:
    account = world.add_account("555566667777")
    account.partition = partition
    return account


def demanding(policy: Document, **conditions: Mapping[str, object]) -> Document:
    """Return a trust policy with further conditions, by their operators."""
    (statement,) = policy["Statement"]
    return {**policy, "Statement": [{**statement, "Condition": {**statement["Condition"], **conditions}}]}


class SecurityKey(Device):
    """A security key or passkey, of which STS takes no codes."""

    def accept(self, *_: str) -> bool:
        reason = (
            "MultiFactorAuthentication failed, unable to validate MFA code.  "
            "Please verify your MFA serial number is valid and associated with this user."
        )
        raise Refusal("AccessDenied", reason)


def add_security_key(user: User, name: str = "yubikey-ABCDEFGHIJKLMNOP") -> Device:
    return _add(user, SecurityKey, user.account.arn(f"u2f/user/{user.name}/{name}"))


def add_virtual_device(user: User, name: str) -> Device:
    return _add(user, Device, user.account.arn(f"mfa/{name}"))


def add_hardware_token(user: User) -> Device:
    return _add(user, Device, "GAHT12345678")


def _add(user: User, kind: type[Device], serial: str) -> Device:
    world = user.account.world
    user.devices.append(kind(secrets.token_bytes(20), world.now, serial, world.now()))
    return user.devices[-1]


class Root(User):
    """An account's owner, whom no policy binds."""

    @property
    def arn(self) -> str:
        return self.account.arn("root")


def add_root(account: Account) -> User:
    account.users["root"] = Root(account, "root", {"All": ALLOW_ALL}, id=account.id)
    return account.users["root"]


class SlowKeys(dict[str, Credential]):
    """Credentials in which a long-term key that is made is found only after so many seconds."""

    def __init__(self, world: World, seconds: float) -> None:
        super().__init__(world.credentials)
        self._now, self._at_once, self.seconds = world.now, {*world.credentials}, seconds
        world.credentials = self

    def get(self, key: str, _: object = None) -> Credential | None:  # type: ignore[override] # as it is called
        credential = super().get(key)
        if credential is None or credential.token or key in self._at_once:
            return credential
        return None if credential.created + self.seconds > self._now() else credential
