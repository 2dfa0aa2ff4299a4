"""A user's first device: made in IAM, shown once as a QR code and as text, and enabled."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from urllib.parse import quote

from mfaenv.aws import client, iam
from mfaenv.aws.iam import NewDevice, VirtualDevices
from mfaenv.aws.sts import Identity
from mfaenv.command_line import to_type
from mfaenv.commands.configure.offers import Offers
from mfaenv.errors import CODE_NEEDED, DeniedError, MfaenvError
from mfaenv.fast.entry import Session
from mfaenv.model import Keys, Request
from mfaenv.session import fetch, remembered
from mfaenv.session.device import MissingDeviceError
from mfaenv.store import Store
from mfaenv.terminal import private_screen
from mfaenv.terminal.private_screen import PrivateScreen
from mfaenv.terminal.text import Styled, code_digits

MAX_TRIED_NAMES = 20
MAX_NAME_BYTES = 37  # with more of the user's name, the QR code needs more than the usual 24 lines


class FirstDevice:
    """A device on its way from IAM to the user's authenticator app. All raise MfaenvError."""

    def __init__(
        self, missing: MissingDeviceError, request: Request, keys: Keys, offers: Offers, store: Store
    ) -> None:
        self.missing, self.user, self.name = missing, missing.user, missing.user.user
        self.request, self.store = request, store
        self.terminal, self.asking = offers.terminal, offers.asking
        self.devices = VirtualDevices(client.settings_of(request), keys, self.user)
        self.taken: list[str] = []

    def make(self) -> str:
        """Return the serial number of an enabled device."""
        self._check()
        device = self._create()
        with ExitStack() as undo:
            later = "when `mfaenv configure` makes the next one, it offers to delete it."
            undo.callback(self._delete, self.devices, device.serial, later)
            with private_screen.show(self.terminal, key_uri(self.user, device)) as screen:
                codes = self._enable(screen, device)
                undo.pop_all()
                with suppress(OSError):  # the next question does not take used codes
                    self.store.prepare()
                    for code in codes:
                        remembered.remember_code(self.store, device.serial, code, remembered.USED, time.time())
                gone = "Its key is not shown again. Press Enter to clear this screen."
                screen.wait_for_key([f"Device {_short(device.serial)} is enabled.", "", gone])
        return device.serial

    def delete_unused(self, session: Session) -> None:
        """Offer to delete the devices that were left half-way: without MFA, few policies let the user do so.

        --yes deletes none: nothing brings back one that is being set up elsewhere.
        """
        devices = VirtualDevices(client.settings_of(self.request), session, self.user)
        with suppress(DeniedError):  # of the list
            unused = devices.unused() if self.taken and self.asking else []
            for serial in filter(self.taken.__contains__, unused):
                left = f"Nobody uses the device {serial}. It is left from before, or is being set up in another window."
                if self.terminal.confirm("Delete it?", Styled(left)):
                    self._delete(devices, serial, "a policy denies iam:DeleteVirtualMFADevice.")

    def _delete(self, devices: VirtualDevices, serial: str, denied: str) -> None:
        try:
            devices.delete(serial)
        except MfaenvError as error:
            reason = denied if isinstance(error, DeniedError) else error.message
            self.terminal.note(f"The device {_short(serial)} stays: {reason}")

    def _check(self) -> None:
        if not self.name:
            wrong = "The root user's device is set up in the IAM console."
            raise MfaenvError(wrong, "Better use an IAM user's keys.")
        if obstacle := self.terminal.obstacle():
            wrong = f"{self.name} has no MFA device, and {obstacle}. In a terminal, type:"
            line = to_type("configure", "-p", self.request.source_profile)
            raise MfaenvError(wrong, command=line, status=CODE_NEEDED)
        app = "An authenticator app shows its codes: on a phone, or in a password manager."
        if not private_screen.check(self.terminal):
            app += " If it is to scan a QR code, first give this window 80 columns and 24 lines."
        why = Styled(f"{self.missing.message.partition('. ')[0].rstrip('.')}.")
        if self.asking and not self.terminal.confirm(f"Make a device for {self.name}?", why, Styled(app)):
            raise self.missing

    def _create(self) -> NewDevice:
        own = self.name
        for name in (own, *(f"{own}-{number}" for number in range(2, MAX_TRIED_NAMES + 1))):
            try:
                if device := self.devices.create(name):
                    return device
            except DeniedError:
                if not self.taken:
                    raise
                return self._replace_left(self.taken[0])
            self.taken.append(iam.serial_number(self.user, name))
        taken = f"The names {own} to {own}-{MAX_TRIED_NAMES} of virtual devices are all taken."
        raise MfaenvError(taken, "Delete those that nobody uses in the IAM console.")

    def _replace_left(self, serial: str) -> NewDevice:
        """Make the device with the user's own name anew: AWS's sample policies before 2022 allow no other name."""
        device = None
        left = Styled(f"A policy allows one name, and a device has it, perhaps from before: {serial}")
        if self.asking and self.terminal.confirm("Delete it?", left):
            with suppress(MfaenvError):  # denied, or somebody uses it
                self.devices.delete(serial)
            device = self.devices.create(self.name)
        if not device:
            taken = f"A policy allows no other name than {self.name}, which a device has."
            raise MfaenvError(taken, f"If nobody uses it, an administrator can delete it: {serial}")
        return device

    def _enable(self, screen: PrivateScreen, device: NewDevice) -> tuple[str, str]:
        how = "Scan the QR code with your authenticator app, or type this key into it:"
        if not screen.has_code:
            how = "Type this key into your authenticator app. A QR code takes 80 columns, 24 lines and UTF-8."
        title = f"MFA device {_short(device.serial)} of account {self.user.account}"
        groups = " ".join(device.key[start : start + 4] for start in range(0, len(device.key), 4))
        about, remark = [title, "", how, "", groups, ""], ""
        for _ in range(fetch.TRIES):
            first = _ask_code(screen, [*about, remark], "First code", self._shown)
            since = time.time() // fetch.CODE_SECONDS
            texts = [*about, "Wait for the code that follows."]
            second = _ask_code(screen, texts, "Next code", partial(self._countdown, since), first)
            screen.show([*about, "AWS checks the two codes ..."])
            if self.devices.enable(device.serial, first, second):
                return first, second
            remark = "AWS does not take these two codes. Type two new ones, one after the other."
        hint = "Check that the clock of the phone, or the app's, is right."
        raise MfaenvError("AWS took no pair of codes.", hint)

    def _shown(self) -> str:
        return fetch.shown_in_demo(self.request.endpoint.text, self.terminal.env)

    def _countdown(self, since: float) -> str:
        now = time.time()
        if now // fetch.CODE_SECONDS > since:
            return f"Now it is there. {self._shown()}"
        return f"It comes in {fetch.CODE_SECONDS - int(now % fetch.CODE_SECONDS)} s."


def _ask_code(
    screen: PrivateScreen, texts: Sequence[str], question: str, status: Callable[[], str], first: str = ""
) -> str:
    remark: list[str] = []
    while True:
        code = code_digits(screen.ask([*texts, *remark], question, status))
        if code and code != first:
            return code
        remark = ["That is the first code again." if code else "A code is six digits."]


def key_uri(user: Identity, device: NewDevice) -> tuple[str, str]:
    """Return a QR code's address for authenticator apps in two parts: the second is the key.

    https://github.com/google/google-authenticator/wiki/Key-Uri-Format
    """
    name = user.user
    while len(quote(name, safe="")) > MAX_NAME_BYTES:
        name = name[:-1]
    return f"otpauth://totp/AWS:{quote(name, safe='')}@{user.account}?issuer=AWS&secret=", device.key


def _short(serial: str) -> str:
    return serial.rpartition(":mfa/")[2]
