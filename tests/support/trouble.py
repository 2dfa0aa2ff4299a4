"""What gets in the way, a certificate that nobody knows or a proxy that lets nobody through, and how that is told."""

import datetime as dt
import ipaddress
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from product import Outcome

CODE = "864209"
"""Six digits that, in all likelihood, are nobody's code."""

TOKEN = "IQoJb3JpZ2luX2VjEXAMPLETOKEN"
OTHER_SECRET = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"
SECRETS = (CODE, TOKEN, OTHER_SECRET, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "secret words", "pa55word")
"""What the tests give to mfaenv and never want to see in an error."""


def assert_explained(done: Outcome, wrong: str, advice: str = ".") -> None:
    """Expect one or two lines: patterns of what is wrong, then of what to do; no traceback, and no secret."""
    lines = done.err.splitlines()
    assert 1 <= len(lines) <= 2, done.err
    assert lines[0].startswith("mfaenv: ")
    assert re.search(wrong, lines[0]), done.err
    assert re.search(advice, lines[-1]), done.err
    assert "Traceback" not in done.err
    assert "bug in mfaenv" not in done.err
    assert [secret for secret in SECRETS if secret in done.out + done.err] == []


class Certificate(NamedTuple):
    """A certificate for 127.0.0.1 that signs itself: its file, and a server's context with it."""

    path: Path
    context: ssl.SSLContext


def certificate(folder: Path) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, key_path = folder / "certificate.pem", folder / "key.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)
    return Certificate(path, context)


class Refusal(NamedTuple):
    """A proxy that lets nobody through, and the places that it was asked for."""

    address: str
    asked: list[str]


BLOCKED = b"<html><body>This page is blocked by your company.</body></html>"


@contextmanager
def refusing_proxy(status: int = 403, page: bytes = BLOCKED) -> Iterator[Refusal]:
    """Serve a proxy on a loopback port that answers everything with this page."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def refuse(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        do_CONNECT = do_GET = do_POST = refuse  # noqa: N815 - http.server looks for these names

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield Refusal(f"127.0.0.1:{server.server_port}", asked)
        finally:
            server.shutdown()
            thread.join()
