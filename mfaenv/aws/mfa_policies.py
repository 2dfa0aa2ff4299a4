"""The IAM policies without which an MFA device restricts nothing on the command line.

`BoolIfExists` and not `Bool`: a request that is signed with long-term keys has no `aws:MultiFactorAuthPresent`
at all. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
"""

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]

WITHOUT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}

ON_ONESELF = (
    "iam:EnableMFADevice",
    "iam:GetMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ResyncMFADevice",
)
"""What setting up a device takes and a policy can tie to a user: the Service Authorization Reference, AWS IAM."""

OWN_KEYS = (
    "iam:CreateAccessKey",
    "iam:DeleteAccessKey",
    "iam:GetAccessKeyLastUsed",
    "iam:ListAccessKeys",
    "iam:UpdateAccessKey",
)

ONESELF = ("arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::*:user/*/${aws:username}")
"""The caller's ARN, without and with a path; names are unique in an account."""

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


def _allow(sid: str, action: str | tuple[str, ...], resource: str | tuple[str, ...], **more: Any) -> Document:
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource, **more}


SELF_SERVICE: Document = {
    "Version": "2012-10-17",
    "Statement": [
        _allow("AllowSettingUpOwnDevice", ON_ONESELF, ONESELF),
        _allow("AllowCreatingVirtualDevice", CREATE_DEVICE, "arn:aws:iam::*:mfa/*"),
        _allow("AllowListingVirtualDevices", LIST_DEVICES, "*"),
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
        _allow(
            "AllowRotatingOwnKeysAndDeletingUnusedDevicesWithMFA",
            (*OWN_KEYS, "iam:DeleteVirtualMFADevice"),
            (*ONESELF, "arn:aws:iam::*:mfa/${aws:username}*"),
            Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        ),
    ],
}
"""Allows setting up one's own device without MFA; with it, rotating one's own keys and deleting unused devices.

With the first deny alone, whoever may manage all users could give any of them a device without MFA. A device of
any name may be created, as in AWS's example: it is nobody's until it is enabled. IAM deletes no device in use.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage-mfa-only.html
"""
