"""A session, values that shells have been known to break, values that hypothesis makes, and one that is too long."""

import string

from hypothesis import strategies as st

MEGABYTE = "A" * 1_000_000

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SESSION = [
    ("AWS_PROFILE", None),
    ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", SECRET),
    ("AWS_SESSION_TOKEN", "FwoGZXIvYXdzEBYaDEXAMPLE+/0=="),
    ("AWS_CREDENTIAL_EXPIRATION", "2026-11-24T22:00:00+00:00"),
]

CORPUS = (
    "",
    "plain",
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "/wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKE",
    "FwoGZXIvYXdzE" + "Ab+/0" * 200 + "==",
    "2026-11-24T10:00:00+00:00",
    "arn:aws:iam::123456789012:mfa/First Last",
    "it's",
    "'",
    "''",
    'say "hi"',
    '"',
    "'\"'\"'",
    "$HOME ${HOME} $(touch pwned) `touch pwned`",
    "; touch pwned ;",
    "' ; touch pwned ; '",
    '" ; touch pwned ; "',
    "\ntouch pwned\n",
    "'\ntouch pwned\n'",
    "'; touch pwned; #",
    "\\'; touch pwned; #",
    "_'`; touch pwned; `",
    "& touch pwned & | touch pwned",
    '"&echo pwned>pwned&"',
    "%PATH% %%PATH%% %i ^& !PATH! ^^",
    "a!b!! !$ !!",
    "<in >out >>more 2>&1",
    "back\\slash \\n \\\\ \\",
    "\\",
    "\\052\\x2a\\u002a",
    "  two  spaces  ",
    "\ttab\t",
    "line\nbreak",
    "\n",
    "\n\n",
    "break at the end\n",
    "carriage\rreturn\r",
    "crlf\r\nend\r\n",
    "*",
    "* ? [a-z] [x] ./* **/*",
    "{a,b} {1..3} @(a|b) +(a) !(a)",
    "~ ~root ~/x",
    "~",
    "=",
    "=ls",
    "a:=ls",
    "a=b=c",
    "a:~:~root",
    "-",
    "-n",
    "-e \\c",
    "--",
    "#comment",
    "a # b",
    "%",
    "%s%n%d",
    "@",
    "a,b;c|d",
    "(a) ((b)) [[c]]",
    "((i++))",
    "é ü ß 日本語 🔑",
    "\u2018 \u2019 \u201a \u201b \u201c \u201d",
    "\u2019; touch pwned; \u2018",
    "\u2028 \u2029 \u00a0 \u0085 \ufeff",
    "'@\n@'\n\"@",
    "--% %PATH%",
    "@'\nhere\n'@",
    "\x01\x02\x07\x08\x0b\x0c\x0e\x1b[31m\x7f",
    "\x1a",
    "null",
    "$null",
    "None",
    "EOF",
    "a\nEOF\nb=c",
    "x<<EOF",
    "${...}",
    "__import__('os')",
    " ".join(string.punctuation),
    string.printable.replace("\x0b", "").replace("\x0c", ""),
)

OCTETS = tuple(
    octets.decode("utf-8", "surrogateescape")
    for octets in (
        b"\xe9t\xe9",
        b"\xa5\xed\xa0\x80",
        b"\x80\x81 '\xfe' \\\xff",
        # Beginnings of characters before what a shell looks for: bash and tcsh take more than their due.
        *(
            before + bytes([begun, special]) + after
            for begun in (0x80, 0xA9, 0xC2, 0xE2, 0xF0, 0xFF)
            for special in b"'\\\"`$\n_! ;"
            for before, after in ((b"", b""), (b"", b"_"), (b"a", bytes([special])))
        ),
    )
)
"""Values of a POSIX environment that are not UTF-8."""

_TEXT = st.text(
    st.one_of(
        st.sampled_from(string.punctuation + " \t\n\r\u2018\u2019\u201a\u201b"),
        st.sampled_from(string.ascii_letters + string.digits),
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    ),
    max_size=40,
)
_OCTETS = st.binary(max_size=20).map(
    lambda octets: octets.replace(b"\0", b"").decode("utf-8", "surrogateescape"),
)

TEXTS = st.lists(_TEXT, min_size=20, max_size=60)
"""Many at once: a shell is started for each list, not for each value."""

TEXTS_AND_OCTETS = st.lists(st.one_of(_TEXT, _OCTETS), min_size=20, max_size=60)
