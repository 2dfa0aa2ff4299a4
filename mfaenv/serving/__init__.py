"""What this program serves on loopback: one server (`loopback`), for the programs of this user alone (`peers`).

With it a browser gets a secret link (`browser`), what `exec --serve` runs gets credentials, which a process of its own
keeps (`own_process`), and the demo has its AWS.
"""
