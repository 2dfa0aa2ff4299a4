"""The query protocol of STS and IAM: a form goes in, XML comes out."""

import uuid
from collections.abc import Callable, Mapping, Sequence

from mfaenv.pretend_aws.authentication import RequestChecks
from mfaenv.pretend_aws.service import Action, Call, Service
from mfaenv.pretend_aws.validation import Rule, validate
from mfaenv.pretend_aws.wire import Content, Failure, document
from mfaenv.serving.loopback import HttpResponse


def query_service(
    checks: RequestChecks,
    namespace: str,
    actions: Mapping[str, Action],
    rules: Mapping[str, Sequence[Rule]],
) -> Service:
    """Return a service that writes its answers as the query protocol does, in its own XML namespace.

    `rules` has those of the parameters by action; an action without an entry takes none.
    """
    checked = {name: _checked(action, rules.get(name, ())) for name, action in actions.items()}
    return Service(checks, checked, _renderer(namespace), _failure_renderer(namespace))


def _checked(action: Action, rules: Sequence[Rule]) -> Action:
    def act(call: Call) -> Content:
        validate(call.parameters, rules)
        return action(call)

    return act


def _renderer(namespace: str) -> Callable[[str, Content], HttpResponse]:
    def render(action: str, result: Content) -> HttpResponse:
        request_id = str(uuid.uuid4())
        content: Content = {f"{action}Result": result, "ResponseMetadata": {"RequestId": request_id}}
        body = document(f"{action}Response", content, namespace)
        return HttpResponse(200, body, headers={"x-amzn-RequestId": request_id})

    return render


def _failure_renderer(namespace: str) -> Callable[[Failure], HttpResponse]:
    def render(failure: Failure) -> HttpResponse:
        request_id = str(uuid.uuid4())
        fault = "Receiver" if failure.status >= 500 else "Sender"  # noqa: PLR2004 - HTTP's own border
        error: Content = {"Type": fault, "Code": failure.code, "Message": failure.message}
        body = document("ErrorResponse", {"Error": error, "RequestId": request_id}, namespace)
        return HttpResponse(failure.status, body, headers={"x-amzn-RequestId": request_id})

    return render
