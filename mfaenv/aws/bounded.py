"""A botocore session whose calls end: after a while, and after a number of bytes, whatever the other side sends.

botocore's own timeouts are for each read: a byte every few seconds, or a body without end, goes on for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Thread
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from mfaenv.errors import MfaenvError

if TYPE_CHECKING:
    from botocore.session import Session


ANSWER_SECONDS = 60
"""For a request and the whole answer; STS's own takes less than one."""

ANSWER_BYTES = 8 * 2**20
"""The names of an account's 10,000 buckets, the longest that is asked for, are one of these millions."""

_CHECK = "Check HTTPS_PROXY, NO_PROXY, and endpoint_url or AWS_ENDPOINT_URL."


def new_session(profile: str | None, variables: Mapping[str, Any]) -> Session:
    """Return a botocore session for a profile, which knows more variables.

    The calls of its clients raise MfaenvError where they do not end.
    """
    import botocore.session

    class BoundedSession(botocore.session.Session):
        """Makes clients whose calls end."""

        def create_client(self, *arguments: Any, **settings: Any) -> Any:
            """Return a client."""
            made: Any = super().create_client(*arguments, **settings)
            http = made._endpoint.http_session  # noqa: SLF001 - botocore has no public way to one's own
            made.meta.events.register("before-send", lambda request, **_: send(http, request))
            return made

    return BoundedSession(dict(variables), profile=profile)


def send(http: Any, request: Any) -> Any:
    """Send a prepared request by botocore's HTTP session, and return the answer, whose body is there.

    Raise MfaenvError where it does not end, and what botocore raises.
    """
    ended: list[Any] = []
    thread = Thread(target=_send, args=(http, request, ended), daemon=True)
    try:
        thread.start()
    except RuntimeError:  # no thread to be had
        _send(http, request, ended)
    else:
        thread.join(ANSWER_SECONDS)
    if not ended:
        raise MfaenvError(f"AWS's answer was not whole after {ANSWER_SECONDS} s.", _CHECK)
    if isinstance(ended[0], BaseException):
        raise ended[0]
    return ended[0]


def _send(http: Any, request: Any, ended: list[Any]) -> None:
    from botocore.exceptions import BotoCoreError, HTTPClientError

    request.stream_output = True  # or else botocore reads the body, all of it
    try:
        answer = http.send(request)
        body = b"".join(_parts(answer.raw))
        answer.raw = SimpleNamespace(stream=lambda: [body])
        ended.append(answer)
    except (BotoCoreError, MfaenvError) as error:
        ended.append(error)
    except Exception as error:  # noqa: BLE001 - as botocore does, for all that goes wrong while a body is read
        ended.append(HTTPClientError(error=error))


def _parts(raw: Any) -> Iterator[bytes]:
    """Yield a body as it comes. Raise MfaenvError where it is too long."""
    size = 0
    for part in raw.stream():
        size += len(part)
        if size > ANSWER_BYTES:
            raw.close()
            raise MfaenvError(f"The answer has more than {ANSWER_BYTES // 2**20} MiB: it is not from AWS.", _CHECK)
        yield part
