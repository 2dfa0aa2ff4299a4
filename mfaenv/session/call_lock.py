"""Whose turn it is to call AWS: one process at a time for an access key, and never one that asks somebody."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Self

from mfaenv.errors import ArrivedError
from mfaenv.store import Store

Alone = Callable[[], AbstractContextManager[None]]


class CallLock:
    """The right to call AWS with an access key; a context manager that gives it back.

    `alone` waits for the right; `arrived` tells whether what is wanted is stored.
    """

    def __init__(self, store: Store, alone: Alone, arrived: Callable[[], bool]) -> None:
        self._store = store
        self._alone = alone
        self._arrived = arrived
        self._seen: str | None = None
        self._held: ExitStack | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def acquire(self) -> None:
        """Wait until no other process calls AWS, unless it is this one's turn already; then look in the store.

        Raise ArrivedError, and give the turn back, where another process got what is wanted.
        """
        if self._held is None:
            with ExitStack() as taken:
                taken.enter_context(self._alone())
                self._seen = None
                self.check_store()
                self._held = taken.pop_all()

    def release(self) -> None:
        """Let the next process call AWS. To be done before anybody is asked, and before anything is said."""
        lock, self._held = self._held, None
        if lock is not None:
            lock.close()

    def check_store(self) -> None:
        """Raise ArrivedError where what is wanted is stored. It reads only after a new session was announced."""
        latest = self._store.latest()
        if latest != self._seen:
            self._seen = latest
            if self._arrived():
                raise ArrivedError
