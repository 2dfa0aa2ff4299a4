"""Whose turn it is to call AWS: one process at a time for an access key, and never one that asks somebody."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

from mfaenv.errors import ArrivedError
from mfaenv.store import Store


class CallLock(ExitStack):
    """The right to call AWS with an access key, given back at the end of the `with` block at the latest.

    `alone` waits for the right; `arrived` tells whether what is wanted is stored.
    """

    def __init__(
        self, store: Store, alone: Callable[[], AbstractContextManager[None]], arrived: Callable[[], bool]
    ) -> None:
        super().__init__()
        self._store = store
        self._alone = alone
        self._arrived = arrived
        self._seen: str | None = None
        self._held = False

    def acquire(self) -> None:
        """Wait until no other process calls AWS, unless it is this one's turn already; then look in the store.

        Raise ArrivedError where another process got what is wanted.
        """
        if not self._held:
            self.enter_context(self._alone())
            self._held, self._seen = True, None
            self.check_store()

    def release(self) -> None:
        """Let the next process call AWS. To be done before anybody is asked, and before anything is said."""
        self._held = False
        self.close()

    def check_store(self) -> None:
        """Raise ArrivedError where what is wanted is stored. It reads only after a new session was announced."""
        latest = self._store.latest()
        if latest != self._seen:
            self._seen = latest
            if self._arrived():
                raise ArrivedError
