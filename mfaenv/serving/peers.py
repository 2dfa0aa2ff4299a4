"""Whose connections to a loopback port there are: every user of the machine can open one.

Linux shows the user of each in /proc/net/tcp (proc_pid_net(5)). Elsewhere the token alone keeps others out.
"""

import os
import socket
import sys
from collections.abc import Iterable

from mfaenv.terminal import program

Peer = tuple[str, int]

_MAPPED = bytes(10) + b"\xff\xff"
"""Prefix of an IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2), as Java's connections have it."""

TABLES = {"/proc/net/tcp": b"", "/proc/net/tcp6": _MAPPED}


def of_this_user(clients: Iterable[Peer], server: Peer) -> set[Peer]:
    """Return the clients that are this user's, or root's, who can read everything; all where the system does not tell.

    One whose end is closed, or that is not found, is none of them. The system's tables are read once for all: with
    thousands of connections that takes a tenth of a second.
    """
    clients = set(clients)
    try:
        ours = _ends(server)
        if clients - ours.keys():
            # A row is left out where somebody closes a connection beside it while the table is read.
            ours = _ends(server) | ours
    except OSError:  # there are no descriptors left: this may be another user's doing
        return set()
    # Some sandboxes have an empty table. In WSL with a mirrored network, Windows' browsers are not listed.
    is_told = server in ours and not program.is_wsl()
    return {client for client in clients if ours.get(client, not is_told)}


def _ends(server: Peer) -> dict[Peer, bool]:
    """Return both ends of a server's connections that the system lists, and whether each is open and this user's."""
    ours: dict[Peer, bool] = {}
    if sys.platform != "win32":  # there anybody may make such a file
        users = {"0", str(os.geteuid())}
        for table, prefix in TABLES.items():
            listed = _as_listed(prefix, *server)
            try:
                with open(table, encoding="ascii") as file:
                    rows = [line.split()[:10] for line in file if listed in line]
            except (FileNotFoundError, PermissionError):
                continue  # the system does not tell
            for _, end, peer, *_, user, _, inode in rows:
                if listed in {end, peer}:
                    host, _, number = end.partition(":")
                    octets = int(host[-8:], 16).to_bytes(4, sys.byteorder)
                    address = socket.inet_ntoa(octets), int(number, 16)
                    ours[address] = ours.get(address, True) and inode != "0" and user in users
    return ours


def _as_listed(prefix: bytes, host: str, port: int) -> str:
    """Use words of 32 bits in the machine's order, as the table does."""
    octets = prefix + socket.inet_aton(host)
    words = (octets[start : start + 4] for start in range(0, len(octets), 4))
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words) + f":{port:04X}"
