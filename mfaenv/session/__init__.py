"""A request to a session: stored, or fetched for a code.

Commands call `service`, which settles a request and remembers it for the fast path. `sessions` looks in the store
(`cache`), finds the device (`device`), gets a code (`code`), fetches a session for it (`fetch`), and assumes the roles.
Three locks keep processes apart that do the same at once:

    calls      One calls AWS with an access key (`cache.CallLock`). It is released while a person is asked.
    prompt     One asks in each place (a terminal, windows, a token program), until the session is stored
               (`Cache.lock_prompt`).
    changes    One changes AWS files and the keychain (`change_lock`). It is never taken from a stopped process.

Whoever asks or waits for a lock looks in the store meanwhile. A session that another process has stored ends that
(SessionStoredError), and `sessions` begins anew.
"""
