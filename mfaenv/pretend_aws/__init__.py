"""A pretend AWS on a loopback port, for people without an account and for this project's tests.

`world` has accounts, users, keys, devices and roles, `server` is what listens, `files` writes AWS config files that
point there, and `scenario` is what `mfaenv demo` serves. The rest decides and words answers as AWS does.
"""
