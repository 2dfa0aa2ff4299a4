"""`mfaenv policy`: the IAM policy without which an MFA device restricts nothing on the command line.

Both variants deny; what they deny, no other policy can allow. `BoolIfExists` and not `Bool`: a request that is signed
with long-term keys does not carry `aws:MultiFactorAuthPresent` at all. Source: the IAM User Guide, "Secure API access
with MFA", https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html.
"""

from __future__ import annotations

from mfaenv import commands
from mfaenv.errors import DONE
from mfaenv.outcome import to_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mfaenv.options import Given

    Document = Mapping[str, Any]

WITHOUT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}

ON_ONESELF = (
    "iam:EnableMFADevice",
    "iam:GetMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ResyncMFADevice",
)
"""What setting up a device takes and IAM lets a policy tie to a user: the Service Authorization Reference, AWS IAM."""

ONESELF = ("arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::*:user/*/${aws:username}")
"""The caller's own ARN, without and with a path; names are unique in an account, whatever the paths are."""

CREATE_DEVICE = "iam:CreateVirtualMFADevice"
LIST_DEVICES = "iam:ListVirtualMFADevices"

EVERYTHING: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "BlockAccessWhenNoSignedInWithMFA",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": WITHOUT_MFA,
        }
    ],
}
"""Denies everything that was not signed in with MFA."""

SELF_SERVICE: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "AllowSettingUpOwnDevice", "Effect": "Allow", "Action": ON_ONESELF, "Resource": ONESELF},
        {
            "Sid": "AllowCreatingVirtualDevice",
            "Effect": "Allow",
            "Action": CREATE_DEVICE,
            "Resource": "arn:aws:iam::*:mfa/*",
        },
        {"Sid": "AllowListingVirtualDevices", "Effect": "Allow", "Action": LIST_DEVICES, "Resource": "*"},
        {
            "Sid": "BlockAccessWhenNoSignedInWithMFA",
            "Effect": "Deny",
            "NotAction": [CREATE_DEVICE, LIST_DEVICES, *ON_ONESELF, "sts:GetSessionToken"],
            "Resource": "*",
            "Condition": WITHOUT_MFA,
        },
        {
            "Sid": "BlockDevicesOfOthersWhenNoSignedInWithMFA",
            "Effect": "Deny",
            "Action": ON_ONESELF,
            "NotResource": ONESELF,
            "Condition": WITHOUT_MFA,
        },
    ],
}
"""Leaves open what sets up a device of one's own, and allows it: who may do nothing in IAM could not use the gap.

The last statement closes what NotAction opens too wide: with it alone, whoever may manage all users could give any of
them a device without MFA. Creating a device is open for every name, as in AWS's own example: it belongs to nobody until
it is enabled, and the console lets people choose its name.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage-mfa-only.html
"""

LOCKS_OUT_ALL = (
    "It denies everything that was not signed in with MFA: in the console, on the command line, in programs.",
    "A user without an MFA device can do nothing any more, not even set one up: do that first, or use --self-service.",
)
LOCKS_OUT_MOST = (
    "It denies what was not signed in with MFA, but for setting up an MFA device of one's own.",
    # https://aws.amazon.com/security/security-bulletins/AWS-2023-001/
    "Until a user has a first device, whoever has the user's key can set it up; AWS wants MFA for any further one.",
    "In China and GovCloud write arn:aws-cn and arn:aws-us-gov for arn:aws.",
)
TO_WHOM_NOT = (
    "Never attach it to a role that a service assumes (EC2, Lambda, CI), nor to a user whose keys a program uses: "
    "they never have MFA, and would be locked out."
)
PUT = "aws iam put-user-policy --user-name {user} --policy-name RequireMFA --policy-document file://mfa.json"
TAKE_OFF = "aws iam delete-user-policy --user-name {user} --policy-name RequireMFA"


def run(given: Given, env: Mapping[str, str], *, self_service: bool) -> int:
    """Print the policy on standard output, and on standard error whom it locks out and how to try it."""
    import json

    person = commands.terminal(given, env)
    command = "mfaenv policy --self-service" if self_service else "mfaenv policy"
    for line in (
        *(LOCKS_OUT_MOST if self_service else LOCKS_OUT_ALL),
        TO_WHOM_NOT,
        "Try it on one user first, while another administrator is signed in:",
        f"  {command} > mfa.json",
        f"  {PUT.format(user='NAME')}",
        "  mfaenv doctor",
        f"To take it off again, with MFA: {TAKE_OFF.format(user='NAME')}",
    ):
        person.note(line)
    to_stdout((json.dumps(SELF_SERVICE if self_service else EVERYTHING, indent=2) + "\n").encode())
    return DONE
