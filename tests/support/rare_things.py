"""What only tests need of the world: devices that are not virtual, the account's owner, keys that spread slowly."""

from __future__ import annotations

import secrets

from mfaenv.pretend_aws.policy import ALLOW_ALL
from mfaenv.pretend_aws.totp import Device
from mfaenv.pretend_aws.wire import Refusal
from mfaenv.pretend_aws.world import Account, Credential, User, World


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
