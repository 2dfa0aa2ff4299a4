"""Amazon S3: an account's buckets, listed and made, and nothing inside them (S3 API Reference)."""

from collections.abc import Callable
from functools import partial

from mfaenv.pretend_aws.service import Call, Operation
from mfaenv.pretend_aws.sigv4 import authenticate
from mfaenv.pretend_aws.wire import Content, Refusal, document, timestamp
from mfaenv.pretend_aws.world import World
from mfaenv.serving.loopback import HttpRequest, HttpResponse

NAME = "s3"


def operation(world: World, request: HttpRequest) -> Operation:
    """Return the operation; objects have a longer path, and a bucket's settings a query."""
    bucket, _, key = request.path[1:].partition("/")
    name = ""
    action: Callable[[Call], bytes] = _refuse
    if request.method == "GET" and not bucket:
        name, action = "ListBuckets", _list_buckets
    elif request.method == "PUT" and bucket and not key and not request.query:
        name, action = "CreateBucket", partial(_create_bucket, bucket)
    return Operation(NAME, name, partial(_perform, action, world, request), _render_refusal)


def _perform(action: Callable[[Call], bytes], world: World, request: HttpRequest) -> HttpResponse:
    return HttpResponse(200, action(Call(world, authenticate(world, request, NAME), "", {})))


def _render_refusal(refusal: Refusal) -> HttpResponse:
    return HttpResponse(refusal.status, document("Error", {"Code": refusal.code, "Message": refusal.message}))


def _list_buckets(call: Call) -> bytes:
    # The action has no resource type: policies are asked on `*`, and refusals name no resource.
    call.authorize(call.query("*", action="s3:ListAllMyBuckets"))
    account = call.caller.account
    created = timestamp(account.created)
    buckets: Content = [{"Name": name, "CreationDate": created} for name in sorted(account.buckets)]
    return document("ListAllMyBucketsResult", {"Buckets": {"Bucket": buckets}})


def _create_bucket(bucket: str, call: Call) -> bytes:
    arn = f"arn:{call.caller.account.partition}:s3:::{bucket}"
    call.authorize(call.query(arn, action="s3:CreateBucket"), arn)
    if any(bucket in account.buckets for account in call.world.accounts.values()):
        raise Refusal("BucketAlreadyExists", "The requested bucket name is not available.", 409)
    call.caller.account.buckets.append(bucket)
    return b""


def _refuse(_call: Call) -> bytes:
    raise Refusal("NotImplemented", "This pretend S3 can list and make buckets, and nothing else.", 501)
