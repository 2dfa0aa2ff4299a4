"""A pretend AWS on a loopback port, for people without an account and for this project's tests.

The parts: `world` (accounts, users, keys, devices, roles), `server` (`PretendAws`, the thing that listens), `files`
(AWS config files that point there) and `scenario` (what `mfaenv demo` serves). The rest is how AWS decides and
words its answers.
"""
