"""The address where programs fetch credentials: one path on loopback, for those who have the token.

The protocol is that of containers, which every SDK speaks:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus

from mfaenv.commands.credential_server.renewal import DENIED, ENDED, RefusedError
from mfaenv.fast.entry import Session
from mfaenv.serving.loopback import HttpRequest, HttpResponse, LoopbackServer

PATH = "/credentials"
TOKEN_BYTES = 32

UNENDING_SECONDS = 3600
"""After which credentials without an end are asked for again: SDKs want to know an end."""

_STATUS = {ENDED: HTTPStatus.FORBIDDEN, DENIED: HTTPStatus.FORBIDDEN}
"""What to try again is no use for. All else is SERVICE_UNAVAILABLE, which SDKs try again."""


class CredentialServer(LoopbackServer):
    """Serves what `current` returns on a loopback port of its own while the `with` block lasts."""

    poll_seconds = 3600  # it ends with the process, and looks for nothing else

    def __init__(self, current: Callable[[], Session]) -> None:
        self.current = current
        self.token = secrets.token_urlsafe(TOKEN_BYTES)
        super().__init__(self._credentials)
        self.url = f"http://{self.host}{PATH}"

    def __exit__(self, *_: object) -> None:
        self.socket.close()  # nobody waits for the threads: the process ends

    def _credentials(self, request: HttpRequest) -> HttpResponse:
        """Answer with credentials, or with the status alone where the request is not the program's."""
        if request.path != PATH or request.query:
            return HttpResponse(HTTPStatus.NOT_FOUND)
        options = request.headers.get("authorization", "")
        if not hmac.compare_digest(options.encode("latin-1", "replace"), self.token.encode()):
            return HttpResponse(HTTPStatus.FORBIDDEN)
        try:
            return _json(HTTPStatus.OK, _fields(self.current()))
        except RefusedError as error:
            # Go and Java read the small names, JavaScript the others.
            refusal = {"code": error.code, "message": error.message, "Code": error.code, "Message": error.message}
            return _json(_STATUS.get(error.code, HTTPStatus.SERVICE_UNAVAILABLE), refusal)


def _json(status: HTTPStatus, fields: dict[str, str]) -> HttpResponse:
    return HttpResponse(status, json.dumps(fields).encode(), "application/json", {"Cache-Control": "no-store"})


def _fields(session: Session) -> dict[str, str]:
    """Return what SDKs read; the JavaScript SDK wants every text, and the end with a Z."""
    expires = int(time.time()) + UNENDING_SECONDS if session.expires is None else session.expires
    account = session.exported(account=True)["account"]
    return {
        "AccessKeyId": session.access_key,
        "SecretAccessKey": session.secret_key,
        "Token": session.token,
        "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(expires)),
        **({"AccountId": account} if account else {}),
    }
