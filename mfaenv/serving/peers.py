"""Whose connection to a loopback port it is: every user of the machine can open one.

Linux has the user of each connection in /proc/net/tcp (proc_pid_net(5)). Other systems do not show it to everybody;
there a connection counts as this user's, and the token alone keeps others out.
"""

import os
import socket
import sys
from collections.abc import Iterable
from contextlib import suppress

Address = tuple[str, int]

_MAPPED = bytes(10) + b"\xff\xff"
"""Prefix of an IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2), as Java's connections have it."""


def of_this_user(clients: Iterable[Address], server: Address) -> set[Address]:
    """Return the clients' ends that may be this user's, or root's, who can read everything: not those that are closed.

    One look at the system's table serves all: with thousands of connections it takes a tenth of a second.
    """
    allowed = set(clients)
    if sys.platform != "win32":  # there anybody may make such a file
        users = {"0", str(os.geteuid())}
        for table, prefix in (("/proc/net/tcp", b""), ("/proc/net/tcp6", _MAPPED)):
            ends = {_as_listed(prefix, *client): client for client in allowed}
            server_end = _as_listed(prefix, *server)
            with suppress(OSError), open(table, encoding="ascii") as file:
                for row in (line.split() for line in file if server_end in line):
                    user, inode = row[7], row[9]
                    if row[2] == server_end and row[1] in ends and (inode == "0" or user not in users):
                        allowed.discard(ends[row[1]])
    return allowed


def _as_listed(prefix: bytes, host: str, port: int) -> str:
    """Return an address as Linux writes it there: words of 32 bits in the order of the machine."""
    octets = prefix + socket.inet_aton(host)
    words = (octets[start : start + 4] for start in range(0, len(octets), 4))
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words) + f":{port:04X}"
