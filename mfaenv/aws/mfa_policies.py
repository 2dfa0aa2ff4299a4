"""The IAM policies without which an MFA device restricts nothing on the command line.

Both variants deny; what they deny, no other policy can allow. `BoolIfExists` and not `Bool`: a request that is signed
with long-term keys does not carry `aws:MultiFactorAuthPresent` at all. Source: the IAM User Guide, "Secure API access
with MFA", https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html.
"""

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]
"""A policy as JSON holds it."""

WITHOUT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}

WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}

ON_ONESELF = (
    "iam:EnableMFADevice",
    "iam:GetMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ResyncMFADevice",
)
"""What setting up a device takes and IAM lets a policy tie to a user: the Service Authorization Reference, AWS IAM."""

OWN_KEYS = (
    "iam:CreateAccessKey",
    "iam:DeleteAccessKey",
    "iam:GetAccessKeyLastUsed",
    "iam:ListAccessKeys",
    "iam:UpdateAccessKey",
)
"""What rotating one's own access keys takes, all of it tied to a user."""

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
        {
            "Sid": "AllowRotatingOwnKeysAndDeletingUnusedDevicesWithMFA",
            "Effect": "Allow",
            "Action": [*OWN_KEYS, "iam:DeleteVirtualMFADevice"],
            "Resource": [*ONESELF, "arn:aws:iam::*:mfa/${aws:username}*"],
            "Condition": WITH_MFA,
        },
    ],
}
"""Allows setting up one's own device without MFA. The Allow is needed: a gap in the Deny alone grants nothing.

The last deny closes what NotAction opens too wide: with it alone, whoever may manage all users could give any of
them a device without MFA. Creating a device is open for every name, as in AWS's own example: it belongs to nobody until
it is enabled, and the console lets people choose its name. Rotating one's own keys is allowed with MFA only, and so is
deleting devices that are nobody's (IAM deletes no other), which the example leaves to administrators.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage-mfa-only.html
"""
