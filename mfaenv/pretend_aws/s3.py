"""Amazon S3: an account's buckets, listed, made and deleted, and nothing inside them (S3 API Reference)."""

import uuid

from mfaenv.pretend_aws.authentication import S3_CHECKS
from mfaenv.pretend_aws.authorization import authorize
from mfaenv.pretend_aws.service import Call, Service
from mfaenv.pretend_aws.wire import Content, Failure, Refusal, document, timestamp
from mfaenv.serving.loopback import HttpResponse


def _list_buckets(call: Call) -> Content:
    # On S3 the action has no resource type: policies are asked on `*`, and the refusal names no resource.
    authorize(call.caller, call.query("s3:ListAllMyBuckets", "*"))
    account = call.caller.account
    buckets: Content = [{"Name": name, "CreationDate": timestamp(account.created)} for name in sorted(account.buckets)]
    return {"Owner": {"ID": account.id.rjust(64, "0")}, "Buckets": {"Bucket": buckets}}


def _create_bucket(call: Call) -> Content:
    name = call.parameters["Bucket"]
    authorize(call.caller, call.query("s3:CreateBucket", _arn(call, name)), _arn(call, name))
    if any(name in account.buckets for account in call.world.accounts.values()):
        raise Refusal("BucketAlreadyExists", "The requested bucket name is not available.", 409)
    call.caller.account.buckets.append(name)
    return None


def _delete_bucket(call: Call) -> Content:
    name = call.parameters["Bucket"]
    authorize(call.caller, call.query("s3:DeleteBucket", _arn(call, name)), _arn(call, name))
    if name not in call.caller.account.buckets:
        raise Refusal("NoSuchBucket", "The specified bucket does not exist", 404)
    call.caller.account.buckets.remove(name)
    return None


def _arn(call: Call, bucket: str) -> str:
    return f"arn:{call.caller.account.partition}:s3:::{bucket}"


def _render(_action: str, result: Content) -> HttpResponse:
    if result is None:
        return HttpResponse(200, b"", "application/xml", _ids())
    body = document("ListAllMyBucketsResult", result, "http://s3.amazonaws.com/doc/2006-03-01/")
    return HttpResponse(200, body, "application/xml", _ids())


def _render_failure(failure: Failure) -> HttpResponse:
    ids = _ids()
    error: Content = {
        "Code": failure.code,
        "Message": failure.message,
        "RequestId": ids["x-amz-request-id"],
        "HostId": ids["x-amz-id-2"],
    }
    return HttpResponse(failure.status, document("Error", error), "application/xml", ids)


def _ids() -> dict[str, str]:
    return {"x-amz-request-id": uuid.uuid4().hex[:16].upper(), "x-amz-id-2": uuid.uuid4().hex}


S3 = Service(
    S3_CHECKS,
    {"ListBuckets": _list_buckets, "CreateBucket": _create_bucket, "DeleteBucket": _delete_bucket},
    _render,
    _render_failure,
)
