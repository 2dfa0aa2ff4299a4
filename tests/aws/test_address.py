"""Addresses of services: which are none, which are this machine, and that none shows a password."""

import ipaddress
import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from mfaenv.aws import address
from mfaenv.errors import USAGE, MfaenvError

HERE = (
    "http://127.0.0.1:4566",
    "http://127.255.0.1",
    "HTTP://LOCALHOST:4566/",
    "http://[::1]:4566",
    "http://localhost",
    "http://alice:pa55word@127.0.0.1:4566",
)
ELSEWHERE = (
    "http://relay.example.com",
    "Http://relay.example.com",
    "http://127.0.0.1.example.com",
    "http://127.0.0.1.nip.io",
    "http://localhost.example.com",
    "http://notlocalhost",
    "http://127.0.0.1@relay.example.com",
    "http://127.0.0.1:80@relay.example.com:80/",
    "http://127.0.0.1%2eexample.com",
    "http://0.0.0.0",
    "http://128.0.0.1",
    "http://10.0.0.1",
    "http://2130706433",
    "http://0x7f000001",
    "http://0177.0.0.1",
    "http://127.1",
    "http://127.0.0.01",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:10.0.0.1]",
    "http://[::]",
    "http://[::1%25eth0]",
    "http://[fe80::1%25lo]",
    "http://169.254.169.254",
    "http://.localhost",
    "http://aws.localhost",
    "http://a..localhost",
    f"http://{'a' * 64}.localhost",
)
NO_ADDRESS = (
    "localhost:4566",
    "http://localhost:65536",
    "127.0.0.1",
    "http://",
    "http:///relay",
    "http:relay.example.com",
    "ftp://127.0.0.1",
    "ftp://alice:pa55word@127.0.0.1",
    "alice:pa55word@127.0.0.1",
    "https://alice:pa55word",
    "https://alice:pa55/word@127.0.0.1",
    "https://alice:pa55#word@127.0.0.1",
    "https://alice:123/pa55word@127.0.0.1",
    "http://127.0.0.1:80:81",
    "http://127.0.0.1:٨٠",
    "http://[::1",
    "http://[::1]80",
    "https://relay.example.com\\@sts.amazonaws.com",
    "http://local host",
    "http://local\thost",
    "http://127.0.0.1\n",
    "http://relay.example.com\x1b[2K",
)


def refused(url: str, env: dict[str, str] | None = None) -> str:
    """Give the words with which an address is refused, or nothing."""
    try:
        address.refuse_http(url, env or {})
    except MfaenvError as error:
        return f"{error.message} {error.hint} {error.status}"
    return ""


@pytest.mark.parametrize("url", HERE)
def test_this_machine_needs_no_encryption(url: str) -> None:
    assert address.checked(url) == re.sub("//.*@", "//", url)
    assert refused(url) == ""


@pytest.mark.parametrize("url", ELSEWHERE)
def test_another_machine_needs_encryption_or_a_word_of_the_user(url: str) -> None:
    assert address.checked(url) == re.sub("//.*@", "//", url)
    assert refused(url).endswith(f"MFAENV_ALLOW_HTTP=1. {USAGE}")
    assert refused(url, {"MFAENV_ALLOW_HTTP": "0"})
    assert refused(url, {"MFAENV_ALLOW_HTTP": ""})
    assert refused(url, {"MFAENV_ALLOW_HTTP": "1"}) == ""
    assert refused(re.sub("^http", "https", url, flags=re.IGNORECASE)) == ""


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_what_is_no_address_is_told_without_its_password(url: str) -> None:
    with pytest.raises(MfaenvError, match="is not the URL of an endpoint") as caught:
        address.checked(url)
    assert caught.value.status == USAGE
    assert refused(url)
    if "@" in url:
        shown = f"{caught.value.message} {refused(url)} {address.shown(url)}"
        assert not re.search("alice|pa55|word", shown)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("HTTPS://Relay.Example.com:443/aws/?key=pa55word", "https://relay.example.com:443/aws"),
        ("https://alice:pa55word@relay.example.com/", "https://relay.example.com"),
        ("https://sts.amazonaws.com@relay.example.com", "https://relay.example.com"),
        ("https://sts.\N{CYRILLIC SMALL LETTER A}mazonaws.com", "https://sts.\\u0430mazonaws.com"),
    ],
)
def test_an_address_is_shown_as_it_is_called(url: str, shown: str) -> None:
    assert address.shown(address.checked(url)) == shown


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy"])
def test_a_proxy_on_another_machine_hears_what_has_no_encryption(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    url, other = "http://127.0.0.1:4566", "http://alice:pa55word@proxy.example.com:3128"
    monkeypatch.setenv(name, other)
    told = refused(url, {name: other})
    assert "http://proxy.example.com:3128" in told
    assert "pa55word" not in told
    assert refused(url, {name: other, "MFAENV_ALLOW_HTTP": "1"}) == ""
    assert refused("https://relay.example.com", {name: other}) == ""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert refused(url, {name: other}) == ""
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv(name, "127.0.0.1:3128")
    assert refused(url, {name: "127.0.0.1:3128"}) == ""


@pytest.mark.parametrize(
    "url", ["proxy:3128", "//proxy:3128", "http://proxy:3128", "HTTPS://alice:a%23@Proxy:3128"]
)
def test_a_proxy_may_lack_its_scheme(url: str) -> None:
    proxy = address.parse_proxy(url)
    assert proxy is not None
    assert (proxy.host, proxy.port) == ("proxy", "3128")


PARTS = st.sampled_from(
    [
        *(
            "127.0.0.1",
            "localhost",
            "[::1]",
            "relay.example.com",
            "10.0.0.1",
            "127.1",
            "[",
            "]",
            "::1",
            "%2e",
            "%25",
        ),
        *(
            "@",
            ":",
            "/",
            "\\",
            "?",
            "#",
            ".",
            "80",
            "//",
            "http://",
            "1",
            "0",
            "a",
            "é",
            "。",
            "\t",
            " ",
            "%",
            ";",
        ),
    ]
)


def urllib3_connects_to(url: str) -> str:
    """Give the host that urllib3 takes a URL for; no such host, no connection."""
    try:
        return parse_url(url).host or ""
    except LocationParseError:
        return ""


@given(st.lists(PARTS, max_size=8).map(lambda parts: "http://" + "".join(parts)))
@example("http://127.0.0.1\\@relay.example.com")
@example("http://relay.example.com\\@127.0.0.1")
@example("http://127.0.0.1#@relay.example.com")
@example("http://relay.example.com?@127.0.0.1")
@example("http://127.0.0.1%2erelay.example.com")
@example("http://127.0.0.1.localhost")
def test_what_counts_as_this_machine_is_what_urllib3_would_call(url: str) -> None:
    parsed = address.parse(url)
    assume(parsed is not None)
    assert parsed is not None
    host = urllib3_connects_to(url)
    if not refused(url) and host:
        assert host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    if host and parsed.host.isascii() and "%" not in parsed.host and not parsed.host.startswith("["):
        assert parsed.host == host
