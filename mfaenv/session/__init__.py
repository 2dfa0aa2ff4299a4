"""A request to a session: stored, or fetched for a code.

Commands call `service`. `sessions` looks in the store (`cache`), finds the device, gets a code, fetches a
session for it, and assumes the roles. Three locks keep processes apart:

    calls      One gets sessions with an access key (`CallLock`). It is released while a person is asked.
    prompt     One asks on a terminal, in windows, or by a token program, and stores the session (`lock_prompt`).
    changes    One changes AWS files and the keychain (`change_lock`).

Whoever asks, or waits for one of the first two to get the user's own session, looks in the store meanwhile: a
session that another process has stored ends that (SessionStoredError), and `sessions` begins anew.
"""
