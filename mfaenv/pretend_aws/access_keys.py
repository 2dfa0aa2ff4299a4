"""IAM's calls on a user's access keys: listed, made, switched off and on, deleted, and when they were used last.

Source: the IAM API Reference, and the IAM User Guide, "Manage access keys for IAM users".
"""

from mfaenv.pretend_aws.service import Call
from mfaenv.pretend_aws.wire import Content, Refusal, timestamp
from mfaenv.pretend_aws.world import Credential, User

QUOTA = 2
"""Access keys of a user, the inactive ones counted: "IAM and AWS STS quotas"."""

ACTIVE, INACTIVE = "Active", "Inactive"


def list_all(user: User, _call: Call) -> Content:
    """List the user's keys, on one page."""
    keys: list[Content] = [_described(user, key) for key in user.keys]
    return {"IsTruncated": "false", "AccessKeyMetadata": {"member": keys}}


def create(user: User, call: Call) -> Content:
    """Make a key, which signs nothing until the other regions know it."""
    if len(user.keys) >= QUOTA:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for AccessKeysPerUser: {QUOTA}", 409)
    key = user.add_key()
    key.known_from = call.world.now() + call.world.new_key_seconds
    return {"AccessKey": {**_described(user, key), "SecretAccessKey": key.secret}}


def update(user: User, call: Call) -> Content:
    """Switch a key off or on."""
    _find(user, call).active = call.parameters["Status"] == ACTIVE
    return {}


def delete(user: User, call: Call) -> Content:
    """Delete a key for good, active or not."""
    key = _find(user, call)
    user.keys.remove(key)
    del call.world.credentials[key.id]
    return {}


def last_used(user: User, call: Call) -> Content:
    """Return when a key signed last, for which service and in which region; IAM says N/A where it never did."""
    used = _find(user, call).used
    use: Content = {
        "LastUsedDate": timestamp(used.at) if used else None,
        "ServiceName": used.service if used else "N/A",
        "Region": used.region if used else "N/A",
    }
    return {"UserName": user.name, "AccessKeyLastUsed": use}


def _described(user: User, key: Credential) -> dict[str, Content]:
    return {
        "UserName": user.name,
        "AccessKeyId": key.id,
        "Status": ACTIVE if key.active else INACTIVE,
        "CreateDate": timestamp(key.created),
    }


def _find(user: User, call: Call) -> Credential:
    name = call.parameters["AccessKeyId"]
    match = next((key for key in user.keys if key.id == name), None)
    if match is None:
        raise Refusal("NoSuchEntity", f"The Access Key with id {name} cannot be found", 404)
    return match
