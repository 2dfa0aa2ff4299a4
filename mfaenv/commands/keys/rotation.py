"""`mfaenv keys rotate`: replace an access key by a new one, which is made with the MFA session.

The order is make, store, prove, switch the old one off, delete it. Which key a new one replaces is noted in the store
before the new one is stored, so that the next run finishes what was interrupted: it deletes a new key whose secret was
never stored, and goes on from the proof with one that was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import NamedTuple

from mfaenv.aws import access_keys, client, sts
from mfaenv.aws.access_keys import AccessKey, Iam, NoAnswerError
from mfaenv.aws.client import Settings
from mfaenv.commands.keys import sharing, storage, two_keys
from mfaenv.commands.keys.storage import Storage
from mfaenv.commands.keys.two_keys import TwoKeys
from mfaenv.config import awsfiles, process, resolve
from mfaenv.config.awsfiles import AwsFiles
from mfaenv.config.sources import METADATA
from mfaenv.errors import DONE, MfaenvError
from mfaenv.fast.entry import file_name
from mfaenv.fast.parse import Options
from mfaenv.model import Credentials, Keys, Request
from mfaenv.session import longterm
from mfaenv.session.cache import credentials_of
from mfaenv.session.fetch import Context
from mfaenv.session.lock import lock
from mfaenv.session.obtain import Sessions
from mfaenv.store import LOCK, Store
from mfaenv.terminal.terminal import Terminal

KNOWN_WITHIN = 90
"""Seconds: all regions learn of a new key within some of them, now and then a minute."""

PAUSE = 2
"""Seconds between two looks."""


class Rotation(NamedTuple):
    """What a rotation works with.

    `found` is the access key that it began with, `delete` says that the old key is to go for good, `asks` that somebody
    can be asked.
    """

    request: Request
    env: Mapping[str, str]
    found: str
    held: Storage
    iam: Iam
    settings: Settings
    terminal: Terminal
    store: Store
    delete: bool
    asks: bool

    def finish(self, new: Keys, old: str) -> int:
        """Prove the new key, which is stored, and deactivate the old one; delete it too where that is wanted.

        Before that, the other profiles that have the old key get the new one.
        """
        self.prove(new)
        sharing.update(awsfiles.load(self.env), self.store, self.terminal, new, old)
        self._or_left(lambda: self.iam.deactivate(old), f"{new.access_key} is stored and works; {old} is still active.")
        longterm.forget_replaced(self.store, new.access_key)
        if not self.delete:
            self.terminal.note(f"The new key {new.access_key} is in {self.held.title}; {old} is deactivated.")
            self.terminal.note(f"When nothing uses it any more: {self._line('--delete')}")
            return DONE
        self._or_left(lambda: self.iam.delete(old), f"{new.access_key} is stored and works; {old} is deactivated.")
        self.terminal.note(f"The new key {new.access_key} is in {self.held.title}; {old} is deleted.")
        return DONE

    def _or_left(self, step: Callable[[], None], left: str) -> None:
        """Take a step, and say what is left to do where it fails. Raise MfaenvError."""
        try:
            step()
        except MfaenvError as error:
            raise MfaenvError(error.message, f"{left} Run it again, or ask an administrator.") from None

    def _line(self, *options: str) -> str:
        return process.to_type("keys", "rotate", *options, "-p", self.request.profile.text)

    def prove(self, new: Keys) -> None:
        """Wait until STS knows the key. Raise MfaenvError where it does not in time, or for another reason."""
        sts = client.client("sts", self.settings, new)
        end = time.monotonic() + KNOWN_WITHIN
        with self.terminal.progress() as show:
            while not access_keys.is_known(sts, new):
                left = end - time.monotonic()
                if left <= 0:
                    raise MfaenvError(
                        f"The new key {new.access_key} is stored, but AWS does not know it yet.",
                        f"Run it again in a minute: {self._line()}",
                    )
                show(f"{new.access_key} is stored; waiting until AWS knows it ({round(left)} s at most)")
                time.sleep(min(PAUSE, left))


def run(options: Options, env: Mapping[str, str]) -> int:
    """Rotate. Raise MfaenvError: what is left then, the next run finishes, or the error says what to do."""
    files = awsfiles.load(env)
    terminal = Terminal.for_options(options, env)
    store = Store.of(env)
    store.check()
    request = resolve.resolve(options, env, files)._replace(hops=(), cached=False)
    held, found = _held(request, files, terminal)
    session = Sessions(Context(store, terminal)).obtain(request).session
    iam, settings = _iam(request, credentials_of(session))
    asks = not request.no_input and terminal.available()
    delete = bool(options.get("delete"))
    rotation = Rotation(request, env, found, held, iam, settings, terminal, store, delete, asks)
    with _alone(rotation):
        return _started(rotation)


def _held(request: Request, files: AwsFiles, terminal: Terminal) -> tuple[Storage, str]:
    """Return where the keys are stored, and the access key. Raise MfaenvError where no new ones can be stored there."""
    root = request.profiles[-1]
    held = storage.of_profile(files, root, terminal) if request.config_profile == root else None
    current = held.load() if held else None
    if held is None or current is None or current.token:
        raise _not_ours(request)
    if request.keys and current.access_key != request.keys.access_key:
        raise _not_ours(request)
    return held, current.access_key


def _iam(request: Request, session: Credentials) -> tuple[Iam, Settings]:
    settings = client.Settings(request.config_profile, request.session_region, request.device.text)
    who = sts.identity(client.client("sts", settings, session), session.access_key)
    if not who.user:
        raise MfaenvError(f"{who.arn} is not an IAM user.", "Delete the owner's keys, and work with an IAM user's.")
    return access_keys.Iam(settings, session, who.user), settings


@contextmanager
def _alone(rotation: Rotation) -> Iterator[None]:
    """Let one process at a time rotate a profile's keys; without a store there is nothing to see each other by."""
    profile = rotation.request.profiles[-1]
    waiting = f"Another mfaenv rotates the keys of profile {profile}; waiting for it."
    with ExitStack() as taken:
        with suppress(OSError):
            rotation.store.prepare()
            path = rotation.store.file(file_name(LOCK, f"rotate\n{profile}"))
            taken.enter_context(lock(path, lambda: rotation.terminal.note(waiting)))
        yield


def _started(rotation: Rotation) -> int:
    current = rotation.held.load()
    if current is None:
        raise _not_ours(rotation.request)
    listed = rotation.iam.listed()
    old = longterm.replaced_by(rotation.store, current.access_key)
    if old in {key.id for key in listed}:
        rotation.terminal.note(f"{current.access_key} was made to replace {old}, which was interrupted: continuing.")
        _remember(rotation, current._replace(access_key=old), current)
        return rotation.finish(current, old)
    if current.access_key != rotation.found:
        rotation.terminal.note(f"Another mfaenv has replaced {rotation.found} by {current.access_key} meanwhile.")
        return DONE
    if current.access_key not in {key.id for key in listed}:
        raise MfaenvError(
            f"IAM lists no key {current.access_key} of this user.",
            f"Check the keys of profile {rotation.request.profiles[-1]} in {rotation.held.title}.",
        )
    others = [key for key in listed if key.id != current.access_key]
    return _with_other(rotation, current, others[0]) if others else _rotate(rotation, current)


def _not_ours(request: Request) -> MfaenvError:
    root = request.profiles[-1]
    if request.keys:
        return MfaenvError(
            f"The keys of profile {root} come from {request.keys.source}: no new ones can be stored there.",
            "Name a profile with -p whose keys are in a file or the keychain.",
        )
    if request.process.text and process.is_ours(request.process.text):
        return longterm.not_there(longterm.in_keychain(request) or root)
    if request.kind == METADATA:
        return MfaenvError(f"Profile {root} has no long-term keys.", "`aws configure` stores some.")
    return MfaenvError(
        f"The keys of profile {root} come from another source ({request.kind}): no new ones can be stored there.",
        "Rotate them there, or put them into a file or the keychain.",
    )


def _rotate(rotation: Rotation, current: Keys) -> int:
    """Make a key, store it instead of the current one, and finish. Raise MfaenvError."""
    rotation.held.rehearse(current)  # what is in the way of storing it shall show before there is a key to lose
    new = _create(rotation, current)
    longterm.remember_replaced(rotation.store, new.access_key, current.access_key, time.time())
    # Before the new key is stored: so the run that finishes this one needs no code.
    longterm.carry_over(rotation.store, rotation.request, current.access_key, new.access_key, time.time())
    try:
        rotation.held.save(new, current)
    except BaseException:
        _take_back(rotation, new)
        raise
    _remember(rotation, current, new)
    return rotation.finish(new, current.access_key)


def _create(rotation: Rotation, current: Keys) -> Keys:
    """Make a key. Where the answer is lost, the key that may have been made is deleted: nobody has its secret."""
    try:
        return rotation.iam.create()
    except (NoAnswerError, KeyboardInterrupt, SystemExit):
        with suppress(MfaenvError):
            for key in rotation.iam.listed():
                if key.id != current.access_key and rotation.iam.last_use(key.id).at is None:
                    rotation.iam.delete(key.id)
        raise


def _take_back(rotation: Rotation, new: Keys) -> None:
    """Delete a new key that could not be stored; where that is not known or cannot be done, show what is left."""
    try:
        found = rotation.held.load()
        if found is None or found.access_key != new.access_key:
            rotation.iam.delete(new.access_key)
            longterm.forget_replaced(rotation.store, new.access_key)
    except MfaenvError as error:
        rotation.terminal.warn(f"The new key {new.access_key} stays in IAM until the next run: {error.message}")


def _remember(rotation: Rotation, current: Keys, new: Keys) -> None:
    """Let the new key have what is known of the old one: its device, and the sessions, which go on."""
    request = rotation.request
    if request.process.text:
        longterm.remember(rotation.store, request.profiles[-1], request.process.text, new.access_key, time.time())
    longterm.carry_over(rotation.store, request, current.access_key, new.access_key, time.time())


def _with_other(rotation: Rotation, current: Keys, other: AccessKey) -> int:
    """Go on where the user has two keys: delete what was never stored, or ask what is to become of the other one."""
    store = rotation.store
    if longterm.replaced_by(store, other.id) == current.access_key:
        rotation.terminal.note(f"{other.id} was made by a run that was interrupted, and never stored: deleting it.")
        rotation.iam.delete(other.id)
        longterm.forget_replaced(store, other.id)
        return _rotate(rotation, current)
    if rotation.delete and not other.active:
        rotation.iam.delete(other.id)
        rotation.terminal.note(f"{other.id}, which was inactive, is deleted; {current.access_key} stays.")
        return DONE
    return _ask(rotation, current, other)


def _ask(rotation: Rotation, current: Keys, other: AccessKey) -> int:
    """Do with the other key what the person wants. Raise MfaenvError where nobody can be asked."""
    keys = TwoKeys(current.access_key, rotation.held.title, other, sharing.named(awsfiles.load(rotation.env), other.id))
    described = keys.described(rotation.iam)
    if not rotation.asks:
        raise keys.error(described, rotation.request.profile.text)
    chosen = keys.chosen(described, rotation.terminal)
    if chosen == two_keys.REPLACE:
        rotation.iam.delete(other.id)
        return _rotate(rotation, current)
    if chosen == two_keys.SWITCH_OFF:
        return rotation.finish(current, other.id)
    raise MfaenvError("Nothing was changed.", "Both keys are as they were.")
