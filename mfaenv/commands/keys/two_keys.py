"""What to do with a second access key: IAM allows no third, so a new one has to replace one of them."""

from __future__ import annotations

from typing import NamedTuple

from mfaenv.aws.access_keys import AccessKey, Iam, Use
from mfaenv.config import process
from mfaenv.errors import MfaenvError
from mfaenv.fast import environment
from mfaenv.terminal.terminal import Terminal

QUOTA = 2
"""Access keys that a user can have:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
"""

LEAVE, REPLACE, SWITCH_OFF = "leave", "replace", "switch off"


class TwoKeys(NamedTuple):
    """The access key that is in use with what holds it, the user's other one, and the profiles that have that."""

    current: str
    title: str
    other: AccessKey
    profiles: list[str]

    def described(self, iam: Iam) -> list[str]:
        """Return which key is used where and when. Raise MfaenvError."""
        profiles = f"in profile {', '.join(self.profiles)}" if self.profiles else "in no profile here"
        where = {
            self.current: f"in {self.title}",
            self.other.id: profiles if self.other.active else "inactive",
        }
        return [f"{key} ({used}): {_use(iam.last_use(key))}" for key, used in where.items()]

    def chosen(self, described: list[str], terminal: Terminal) -> str:
        """Return what the person wants."""
        answers = {
            "Leave both as they are": LEAVE,
            f"Delete {self.other.id} for good, and make a new key to replace {self.current}": REPLACE,
            f"Deactivate {self.other.id}, and make no new key": SWITCH_OFF,
        }
        offered = [text for text, answer in answers.items() if self.other.active or answer != SWITCH_OFF]
        return answers[terminal.choose("Two access keys, and IAM allows no third:", offered, described, lambda: None)]

    def error(self, described: list[str], profile: str) -> MfaenvError:
        """Make the error for where nobody can be asked, with the line that deletes the other key."""
        by_aws = ("aws", "iam", "delete-access-key", "--access-key-id", self.other.id)
        line = (
            ("exec", "-p", profile, "--", *by_aws)
            if self.other.active
            else ("keys", "rotate", "--delete", "-p", profile)
        )
        return MfaenvError(
            f"There are {QUOTA} access keys, and IAM allows no third: {'; '.join(described)}.",
            f"Run it in a terminal to choose, or delete the other one: {process.to_type(*line)}",
        )


def _use(use: Use) -> str:
    if use.at is None:
        return "never used"
    return f"last used {environment.timestamp(int(use.at))[:10]} by {use.service} in {use.region}"
