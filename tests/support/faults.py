"""`FaultyAws`: a pretend AWS at whose nth request something happens, before it is carried out or after."""

from collections.abc import Callable

from observed_aws import DROPPED, ObservedAws

from mfaenv.pretend_aws.service import Operation
from mfaenv.serving.loopback import HttpRequest, HttpResponse


class FaultyAws(ObservedAws):
    """`at` is the number of the request, from 1; with `after`, AWS has carried it out, and only the answer is lost."""

    at = 0
    after = False
    _count = 0

    def break_at(self, number: int, act: Callable[[], None], *, after: bool, drop: bool = True) -> None:
        """Let something happen at this request from now on; its connection is dropped then, unless `drop` is false."""
        self.at, self.after, self._count, self._act, self._drop = number, after, 0, act, drop

    def perform(self, operation: Operation, request: HttpRequest) -> HttpResponse:
        self._count += 1
        broken = self._count == self.at
        if broken and not self.after:
            if self._drop:
                self.fail("*", DROPPED)
            self._act()
        response = super().perform(operation, request)
        if broken and self.after:
            self._act()
            if self._drop:
                raise ConnectionAbortedError
        return response
