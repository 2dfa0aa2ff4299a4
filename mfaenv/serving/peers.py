"""Whose connections to a loopback port there are: every user of the machine can open one.

Linux shows the user of each in /proc/net/tcp (proc_pid_net(5)). Elsewhere the token alone keeps others out.
"""

import os
import socket
import sys
from collections.abc import Iterable

Address = tuple[str, int]

_MAPPED = bytes(10) + b"\xff\xff"
"""Prefix of an IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2), as Java's connections have it."""


def of_this_user(clients: Iterable[Address], server: Address) -> set[Address]:
    """Return the clients that may be this user's, or root's, who can read everything; none whose end is closed.

    The system's table is read once for all: with thousands of connections that takes a tenth of a second.
    """
    allowed = set(clients)
    if sys.platform != "win32":  # there anybody may make such a file
        users = {"0", str(os.geteuid())}
        for table, prefix in (("/proc/net/tcp", b""), ("/proc/net/tcp6", _MAPPED)):
            ends = {_as_listed(prefix, *client): client for client in allowed}
            server_end = _as_listed(prefix, *server)
            try:
                with open(table, encoding="ascii") as file:
                    rows = [line.split() for line in file if server_end in line]
            except (FileNotFoundError, PermissionError):
                continue  # the system does not tell
            except OSError:  # there are no descriptors left: this may be another user's doing
                return set()
            for _, client_end, peer, *_, user, _, inode in (row[:10] for row in rows):
                if peer == server_end and client_end in ends and (inode == "0" or user not in users):
                    allowed.discard(ends[client_end])
    return allowed


def _as_listed(prefix: bytes, host: str, port: int) -> str:
    """Use words of 32 bits in the machine's order, as the table does."""
    octets = prefix + socket.inet_aton(host)
    words = (octets[start : start + 4] for start in range(0, len(octets), 4))
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words) + f":{port:04X}"
