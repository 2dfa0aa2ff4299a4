"""The IAM policies without which an MFA device restricts nothing on the command line, as files beside this one.

`BoolIfExists` and not `Bool`: a request that is signed with long-term keys has no `aws:MultiFactorAuthPresent`
at all. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html

self-service.json allows setting up one's own device without MFA, by the actions that a policy can tie to a user
(Service Authorization Reference, AWS IAM); with MFA, rotating one's own keys and deleting unused devices. Users have
an ARN without or with a path. With the first deny alone, whoever may manage all users could give any of them a device
without MFA. A device of any name may be created, as in AWS's example: it is nobody's until it is enabled.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage-mfa-only.html
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Document = Mapping[str, Any]


def text(name: str) -> str:
    """Return a policy as it is printed: `mfa`, or `self-service`."""
    return Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8")


EVERYTHING: Document = json.loads(text("mfa"))
SELF_SERVICE: Document = json.loads(text("self-service"))
