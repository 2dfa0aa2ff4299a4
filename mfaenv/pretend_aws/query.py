"""The query protocol of STS and IAM: a form goes in, XML comes out."""

import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType

from mfaenv.demo.authentication import Dialect
from mfaenv.demo.service import Action, OpenAction, Service
from mfaenv.demo.wire import Answer, Content, Failure, document


def query_service(
    dialect: Dialect,
    namespace: str,
    actions: Mapping[str, Action],
    open_actions: Mapping[str, OpenAction] = MappingProxyType({}),
) -> Service:
    """Return a service that writes its answers as the query protocol does, in its own XML namespace."""
    return Service(dialect, actions, _renderer(namespace), _failure_renderer(namespace), open_actions)


def _renderer(namespace: str) -> Callable[[str, Content], Answer]:
    def render(action: str, result: Content) -> Answer:
        request_id = str(uuid.uuid4())
        content: Content = {f"{action}Result": result, "ResponseMetadata": {"RequestId": request_id}}
        body = document(f"{action}Response", content, namespace)
        return Answer(200, body, headers={"x-amzn-RequestId": request_id})

    return render


def _failure_renderer(namespace: str) -> Callable[[Failure], Answer]:
    def render(failure: Failure) -> Answer:
        request_id = str(uuid.uuid4())
        fault = "Receiver" if failure.status >= 500 else "Sender"  # noqa: PLR2004 - HTTP's own border
        error: Content = {"Type": fault, "Code": failure.code, "Message": failure.message}
        body = document("ErrorResponse", {"Error": error, "RequestId": request_id}, namespace)
        return Answer(failure.status, body, headers={"x-amzn-RequestId": request_id})

    return render
