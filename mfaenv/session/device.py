"""Serial numbers: which STS takes, and which AWS has for a user."""

import re

from mfaenv.aws import client, iam, sts
from mfaenv.command_line import to_type
from mfaenv.config.roles import is_iam_arn
from mfaenv.errors import CODE_NEEDED, MfaenvError, wrong_usage
from mfaenv.fast.entry import Session
from mfaenv.model import NO_VALUE, Keys, Request, Value
from mfaenv.session.cache import CallLock, Context
from mfaenv.session.code import can_ask
from mfaenv.terminal.text import Styled

SERIAL_NUMBER = r"[\w+=/:,.@-]{9,256}"
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html, SerialNumber."""

NO_SECURITY_KEYS = "Sign in with `aws login`, or add an authenticator app to the user."
SERIAL_EXAMPLES = "It looks like arn:aws:iam::123456789012:mfa/NAME, or GAHT12345678 for a hardware token."


class MissingDeviceError(MfaenvError):
    """A user has no device that STS can use."""

    user: sts.Identity  # set apart: `exec --serve` makes errors anew of their message, in another process


def checked(serial: str, source: str) -> str:
    """Return the serial number. Raise MfaenvError (usage) for what STS does not take."""
    if iam.SECURITY_KEY in serial:
        wrong = f"{serial} ({source}) is a security key or passkey, which STS cannot use."
        raise wrong_usage(wrong, NO_SECURITY_KEYS)
    head, user, name = serial.partition(":user/")
    if user and serial.startswith("arn:"):
        hint = f"The device may be {head}:mfa/{name.rpartition('/')[2]}."  # no command, whatever is in it
        raise wrong_usage(f"{serial} ({source}) is a user, not an MFA device.", hint)
    if serial.startswith("arn:") and not is_iam_arn(serial, "mfa/"):
        raise wrong_usage(f"{serial} ({source}) is not an MFA device.", SERIAL_EXAMPLES)
    if not re.fullmatch(SERIAL_NUMBER, serial, re.ASCII):
        raise wrong_usage(f"'{serial}' ({source}) is not a serial number.", SERIAL_EXAMPLES)
    return serial


def complete(request: Request, keys: Keys, context: Context, lock: CallLock) -> Request:
    """Fill in the account, the user, and the device that AWS, or else the person, names. Raise MfaenvError."""
    who = identify(request, keys)
    if not request.device.text:
        request = request._replace(device=Value(_serial(request, keys, who, context, lock), "found"))
    return request._replace(account=who.account, user=who.user)


def _serial(request: Request, keys: Keys, who: sts.Identity, context: Context, lock: CallLock) -> str:
    """Return the device that IAM lists; the person chooses of several, and confirms a guess where IAM lists none."""
    terminal = context.terminal
    serials = iam.list_devices(client.client("iam", client.settings_of(request), keys), who, keys)
    asking = can_ask(context.acquisition, terminal)
    if asking:
        lock.release()
    if serials is None:
        likely, hidden = iam.guess_device(who), "The policy hides the MFA devices"
        if not asking:
            terminal.note(f"{hidden}; trying {likely}.")
        elif not terminal.confirm("Use this device?", Styled(f"{hidden}. It may be {likely}.")):
            return checked(terminal.ask_text("Serial number or ARN of the device"), "typed")
        return likely
    usable = [serial for serial in serials if iam.SECURITY_KEY not in serial]
    security_keys = [serial for serial in serials if iam.SECURITY_KEY in serial]
    if not usable:
        wrong = f"{who.arn} has no MFA device. To make one, type:"
        if security_keys:
            wrong = f"{who.arn} has only security keys or passkeys ({', '.join(security_keys)}), which STS cannot use. "
            wrong += "Sign in with `aws login`, or make a virtual device:"
        missing = MissingDeviceError(wrong, command=to_type("configure", "-p", request.source_profile))
        missing.user = who
        raise missing
    if len(usable) == 1:
        return usable[0]
    if not asking:
        wrong = f"{who.arn} has several MFA devices: {', '.join(usable)}."
        hint = "Name one with --serial-number, AWS_MFA_SERIAL or mfa_serial."
        raise MfaenvError(wrong, hint, status=CODE_NEEDED)
    remarks = [f"{serial} (a security key: STS cannot use it)" for serial in security_keys]
    return terminal.choose("Which MFA device?", usable, remarks)


def identify(request: Request, keys: Keys | Session) -> sts.Identity:
    """Ask AWS whose keys these are. Raise MfaenvError."""
    if isinstance(keys, Session) and not keys.source:  # got without a device, which may be elsewhere
        request = request._replace(device=NO_VALUE)
    return sts.identity(client.client("sts", client.settings_of(request), keys), keys)
