"""MFA devices, with codes as in RFC 6238: SHA-1, 30 seconds, six digits."""

import hashlib
import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from mfaenv.session.demo_device import ShownCode

STEP = 30  # seconds that a device shows one code
TOLERANCE = 1  # steps either way in which AWS takes a code: clocks are a little off
PAIR_STEPS = 10  # steps back in which two codes in a row are taken: people type slowly


def code_at_step(secret: bytes, step: int) -> str:
    """Return the code of one step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 0x0F
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFF_FFFF) % 1_000_000:06}"


@dataclass(eq=False)
class Device:
    """A virtual MFA device, which takes each code once, as AWS does."""

    secret: bytes = field(repr=False)
    clock: Callable[[], float]
    serial: str = ""
    created: float = 0
    _used: set[int] = field(default_factory=set, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def shown(self) -> ShownCode:
        now = self.clock()
        step = int(now // STEP)
        code, seconds = code_at_step(self.secret, step), STEP - int(now % STEP)
        return ShownCode(code, seconds, seconds + TOLERANCE * STEP, step in self._used)

    def code(self) -> str:
        """Return a code that AWS takes now. Raise LookupError."""
        step = int(self.clock() // STEP)
        for candidate in (step, step + 1, step - 1):
            if candidate not in self._used:
                return code_at_step(self.secret, candidate)
        raise LookupError("every code that AWS would take now has been used")

    def accept(self, *codes: str) -> bool:
        """Use up a code, or two in a row that set the device up, if good."""
        step, steps_back = int(self.clock() // STEP), TOLERANCE if len(codes) == 1 else PAIR_STEPS
        with self._lock:
            for first in range(step - steps_back, step + TOLERANCE + 1):
                steps = range(first, first + len(codes))
                shown = tuple(code_at_step(self.secret, one) for one in steps)
                if shown == codes and self._used.isdisjoint(steps):
                    self._used.update(steps)
                    return True
        return False
