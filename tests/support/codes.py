"""A device whose codes do not run out, codes that are wrong, and how many were sent to AWS."""

from observed_aws import ObservedAws

from mfaenv.pretend_aws import scenario
from mfaenv.pretend_aws.scenario import Scenario
from mfaenv.pretend_aws.totp import STEP, Device
from mfaenv.pretend_aws.world import User


class SpareDevice(Device):
    """A device that is set ahead where the code that it shows was used.

    A code is good until it is used, however busy the machine is. The third that an ordinary device has within one
    step is that of the step before, which AWS takes until the step ends: a second, if the moment is bad.
    """

    def __init__(self, user: User, device: Device) -> None:
        world = user.account.world
        self._ahead = 0
        self._now = world.now
        self._asked: float | None = None
        super().__init__(device.secret, self._time, device.serial, device.created)

    def _time(self) -> float:
        return (self._now() if self._asked is None else self._asked) + self._ahead

    def code(self) -> str:
        """Return a code that was not used, and let the device's time stand still until it is."""
        if self._asked is None:
            self._asked = self._now()
        while self.shown().used:
            self._ahead += STEP
        return self.shown().code

    def accept(self, *codes: str) -> bool:
        """Use up a code."""
        accepted = super().accept(*codes)
        if accepted:
            self._asked = None
        return accepted


def spare_scenario(policy: str) -> Scenario:
    """Return the demo's world; alice's device is such a one."""
    made = scenario.build_scenario(policy)
    return made._replace(device=add_spare_device(made.key.account.users["alice"]))


def add_spare_device(user: User) -> SpareDevice:
    """Give the user such a device, in the place of any other."""
    device = user.devices[0] if user.devices else user.add_device()
    spare = SpareDevice(user, device)
    user.devices[:] = [spare]
    return spare


def wrong_codes(device: Device) -> list[str]:
    """Return codes that are not this device's, for a while."""
    shown = {device.code(), device.shown().code}
    return [code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in shown]


def sent_codes(aws: ObservedAws) -> int:
    return len(aws.actions("GetSessionToken"))
