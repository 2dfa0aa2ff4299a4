"""What to do with a second access key: IAM allows no third, so a new one has to replace one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from mfaenv.aws.access_keys import AccessKey, Iam
from mfaenv.config import process
from mfaenv.errors import MfaenvError
from mfaenv.fast import environment
from mfaenv.terminal.terminal import Terminal

QUOTA = 2
"""Access keys that a user can have:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
"""


class Choice(NamedTuple):
    """What is to become of a key: deleted, so that a new one `replaces` the one in use, or deactivated."""

    key: str
    replaces: bool


@dataclass(frozen=True)
class TwoKeys:
    """A profile's access key with the place that stores it, the user's other key, and the profiles that have that."""

    profile: str
    current: str
    title: str
    other: AccessKey
    profiles: tuple[str, ...]

    def choose(self, iam: Iam, terminal: Terminal, *, asks: bool) -> Choice:
        """Return what the person wants. Raise MfaenvError where nothing is to change, or nobody can be asked."""
        profiles = f"in profile {', '.join(self.profiles)}" if self.profiles else "in no profile here"
        where = {self.current: f"in {self.title}", self.other.id: profiles if self.other.active else "inactive"}
        described = [f"{key} ({used}): {_last_use(iam, key)}" for key, used in where.items()]
        if not asks:
            raise MfaenvError(
                f"There are {QUOTA} access keys, and IAM allows no third: {'; '.join(described)}. "
                "Run it in a terminal to choose, or delete the other one:",
                command=self._line(),
            )
        choices = {
            "Leave both as they are": None,
            f"Delete {self.other.id} for good, and make a new key to replace {self.current}": True,
            f"Deactivate {self.other.id}, and make no new key": False,
        }
        offered = [text for text, replaces in choices.items() if self.other.active or replaces is not False]
        title = "Two access keys, and IAM allows no third:"
        replaces = choices[terminal.choose(title, offered, described)]
        if replaces is None:
            raise MfaenvError("Nothing was changed.", "Both keys are as they were.")
        return Choice(self.other.id, replaces)

    def _line(self) -> str:
        """Return the command that deletes the other key."""
        if not self.other.active:
            return process.to_type("keys", "rotate", "--delete", "-p", self.profile)
        by_aws = ("aws", "iam", "delete-access-key", "--access-key-id", self.other.id)
        return process.to_type("exec", "-p", self.profile, "--", *by_aws)


def _last_use(iam: Iam, key: str) -> str:
    use = iam.last_use(key)
    if use.at is None:
        return "never used"
    return f"last used {environment.timestamp(int(use.at))[:10]} by {use.service} in {use.region}"
