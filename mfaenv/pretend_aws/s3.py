"""Amazon S3: an account's buckets, listed and made, and nothing inside them (S3 API Reference)."""

import uuid
from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import unquote

from mfaenv.pretend_aws.authentication import authenticate
from mfaenv.pretend_aws.service import Call
from mfaenv.pretend_aws.wire import Content, Refusal, document, timestamp
from mfaenv.pretend_aws.world import World
from mfaenv.serving.loopback import HttpRequest, HttpResponse

NAME = "s3"
Action: TypeAlias = Callable[[Call, str], bytes]
"""Returns the body of the answer to a call on a bucket."""


def action_of(request: HttpRequest) -> str:
    """Return what a request asks for; empty for anything that there is not here."""
    return {("GET", True): "ListBuckets", ("PUT", False): "CreateBucket"}.get((request.method, request.path == "/"), "")


def perform(world: World, request: HttpRequest) -> HttpResponse:
    """Answer a request. Raise Refusal."""
    call = Call(world, authenticate(world, request, NAME), {})
    action = _ACTIONS.get(action_of(request))
    if action is None:
        raise Refusal("NotImplemented", "This pretend S3 can list and make buckets, and nothing else.", 501)
    return HttpResponse(200, action(call, unquote(request.path.strip("/"))), "application/xml", _ids())


def render_refusal(refusal: Refusal) -> HttpResponse:
    """Return a refusal as S3 writes it."""
    ids = _ids()
    error: Content = {
        "Code": refusal.code,
        "Message": refusal.message,
        "RequestId": ids["x-amz-request-id"],
        "HostId": ids["x-amz-id-2"],
    }
    return HttpResponse(refusal.status, document("Error", error), "application/xml", ids)


def _list_buckets(call: Call, _bucket: str) -> bytes:
    # On S3 the action has no resource type: policies are asked on `*`, and the refusal names no resource.
    call.authorize("s3:ListAllMyBuckets", "*")
    account = call.caller.account
    buckets: Content = [{"Name": name, "CreationDate": timestamp(account.created)} for name in sorted(account.buckets)]
    content: Content = {"Owner": {"ID": account.id.rjust(64, "0")}, "Buckets": {"Bucket": buckets}}
    return document("ListAllMyBucketsResult", content, "http://s3.amazonaws.com/doc/2006-03-01/")


def _create_bucket(call: Call, bucket: str) -> bytes:
    arn = f"arn:{call.caller.account.partition}:s3:::{bucket}"
    call.authorize("s3:CreateBucket", arn, arn)
    if any(bucket in account.buckets for account in call.world.accounts.values()):
        raise Refusal("BucketAlreadyExists", "The requested bucket name is not available.", 409)
    call.caller.account.buckets.append(bucket)
    return b""


_ACTIONS: Mapping[str, Action] = {"ListBuckets": _list_buckets, "CreateBucket": _create_bucket}


def _ids() -> dict[str, str]:
    return {"x-amz-request-id": uuid.uuid4().hex[:16].upper(), "x-amz-id-2": uuid.uuid4().hex}
