"""`mfaenv keys rotate`: replace an access key by a new one, which is made with the MFA session.

The order is make, store, prove, deactivate the old one, delete it: one active key is always stored. Which key a new one
replaces is noted before it is stored, so that a run which was refused half-way is finished by the next one, unasked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mfaenv.aws import access_keys, client, sts
from mfaenv.aws.access_keys import AccessKey, Iam
from mfaenv.aws.client import ClientSettings
from mfaenv.command_line import aws_configure
from mfaenv.commands.keys import places
from mfaenv.commands.keys.places import KeychainEntry, Place, same
from mfaenv.commands.keys.two_keys import Choice, TwoKeys
from mfaenv.config import acquisition, awsfiles, process, resolve
from mfaenv.config.awsfiles import AwsFiles
from mfaenv.config.sources import METADATA
from mfaenv.errors import DONE, MfaenvError
from mfaenv.fast.parse import Options
from mfaenv.model import Keys, Request
from mfaenv.session import longterm
from mfaenv.session.cache import credentials_of
from mfaenv.session.change_lock import change_lock
from mfaenv.session.fetch import Context
from mfaenv.session.obtain import Sessions
from mfaenv.store import Store
from mfaenv.terminal.terminal import Terminal

PROPAGATION_SECONDS = 90
"""All regions learn of a new key within some seconds, now and then a minute."""

PAUSE = 2
"""Seconds between two looks."""


def run(options: Options, env: Mapping[str, str]) -> int:
    """Rotate. Raise MfaenvError: what is left then, the next run finishes, or the error says what to do."""
    files = awsfiles.load(env)
    terminal = Terminal.for_options(options, env)
    store = Store.of(env)
    store.check()
    request = resolve.resolve(options, env, files)._replace(hops=())
    how = acquisition.settle(options, env, request, files)
    place, keys = _stored(request, files, env, terminal)
    session = credentials_of(Sessions(Context(store, terminal, how)).obtain(request).session)
    settings = client.ClientSettings(request.config_profile, request.session_region, request.device.text)
    who = sts.identity(client.client("sts", settings, session), session.access_key)
    if not who.user:
        raise MfaenvError(f"{who.arn} is not an IAM user.", "Delete the owner's keys, and work with an IAM user's.")
    iam = access_keys.Iam(settings, session, who.user)
    rotation = Rotation(request, env, terminal, store, place, iam, settings, keys, delete=bool(options.get("delete")))
    chosen = None
    while True:
        with change_lock(env, terminal):
            two_keys = rotation.advance(chosen)
        if two_keys is None:
            return DONE
        chosen = two_keys.choose(iam, terminal, asks=not how.no_input and terminal.available())


def _stored(request: Request, files: AwsFiles, env: Mapping[str, str], terminal: Terminal) -> tuple[Place, Keys]:
    """Return where the keys are stored, and the keys. Raise MfaenvError where no new ones can be stored there."""
    root = request.profiles[-1]
    place = places.of_profile(files, root, env, terminal) if request.config_profile == root else None
    keys = place.load() if place else None
    if place is None or keys is None or keys.token:
        raise _not_stored(request)
    if request.keys and keys.access_key != request.keys.access_key:
        raise _not_stored(request)
    return place, keys


def _not_stored(request: Request) -> MfaenvError:
    root = request.profiles[-1]
    if request.process.text and process.is_ours(request.process.text):
        return longterm.not_there(longterm.in_keychain(request) or root)
    if request.kind == METADATA:
        return MfaenvError(f"Profile {root} has no long-term keys. This stores some:", command=aws_configure(root))
    source = request.keys.source if request.keys else f"another source ({request.kind})"
    return MfaenvError(
        f"The keys of profile {root} come from {source}: no new ones can be stored there.",
        "Rotate them there, or name a profile with -p whose keys are in a file or the keychain.",
    )


@dataclass
class Rotation:
    """What a rotation works with; `keys` are those that it began with, and `delete` says that the old key is to go."""

    request: Request
    env: Mapping[str, str]
    terminal: Terminal
    store: Store
    place: Place
    iam: Iam
    settings: ClientSettings
    keys: Keys
    delete: bool

    def advance(self, chosen: Choice | None) -> TwoKeys | None:
        """Rotate, or finish what an earlier run began; return the two keys where a person has to choose first.

        Raise MfaenvError.
        """
        if isinstance(self.place, KeychainEntry):
            self.place.remove_spare()
        current = self.place.load()
        if current is None:
            raise _not_stored(self.request)
        listed = {key.id: key for key in self.iam.listed()}
        replaced = longterm.replaced_by(self.store, current.access_key)
        if replaced in listed:
            self.terminal.note(
                f"{current.access_key} was made to replace {replaced}, which was interrupted: continuing."
            )
            self._finish(current, replaced)
            return None
        if not same(current, self.keys):
            self.terminal.note(f"Another mfaenv has replaced {self.keys.access_key} by {current.access_key} meanwhile.")
            return None
        if current.access_key not in listed:
            raise MfaenvError(
                f"IAM lists no key {current.access_key} of this user.",
                f"Check the keys of profile {self.request.profiles[-1]} in {self.place.title}.",
            )
        others = [key for key in listed.values() if key.id != current.access_key]
        if others:
            return self._with_other(current, others[0], chosen)
        self._replace(current)
        return None

    def _with_other(self, current: Keys, other: AccessKey, chosen: Choice | None) -> TwoKeys | None:
        if longterm.replaced_by(self.store, other.id) == current.access_key:
            self.terminal.note(f"{other.id} was made by a run that was interrupted, and never stored: deleting it.")
        elif self.delete and not other.active:
            self.iam.delete(other.id)
            self.terminal.note(f"{other.id}, which was inactive, is deleted; {current.access_key} stays.")
            return None
        elif chosen is None or chosen.key != other.id:
            profiles = places.profiles_with(awsfiles.load(self.env), other.id)
            return TwoKeys(self.request.profile.text, current.access_key, self.place.title, other, tuple(profiles))
        elif not chosen.replaces:
            self._finish(current, other.id)
            return None
        self.iam.delete(other.id)
        longterm.forget_replaced(self.store, other.id)
        self._replace(current)
        return None

    def _replace(self, current: Keys) -> None:
        """Make a key, store it instead of the current one, and finish."""
        new = self.iam.create()
        longterm.remember_replaced(self.store, new.access_key, current.access_key, time.time())
        # Before the new key is stored: so the run that finishes this one needs no code.
        longterm.carry_over(self.store, self.request, current.access_key, new.access_key, time.time())
        try:
            self.place.replace(current, new)
        except BaseException:
            self._take_back(new)
            raise
        self._finish(new, current.access_key)

    def _take_back(self, new: Keys) -> None:
        """Delete a new key that could not be stored. Where that is not sure, the next run finds out."""
        try:
            if not same(self.place.load(), new):
                self.iam.delete(new.access_key)
                longterm.forget_replaced(self.store, new.access_key)
        except MfaenvError as error:
            self.terminal.warn(f"The new key {new.access_key} stays in IAM until the next run: {error.message}")

    def _finish(self, new: Keys, old: str) -> None:
        """Prove the new key, which is stored, give it to the other profiles, and deactivate or delete the old one."""
        self._remember(self.request.profiles[-1], self.request.process.text, new)
        self._prove(new)
        self._update_others(new, old)
        self._or_left(lambda: self.iam.deactivate(old), f"{new.access_key} is stored and works; {old} is still active.")
        longterm.forget_replaced(self.store, new.access_key)
        stored = f"The new key {new.access_key} is in {self.place.title}"
        if self.delete:
            self._or_left(lambda: self.iam.delete(old), f"{new.access_key} is stored and works; {old} is deactivated.")
            self.terminal.note(f"{stored}; {old} is deleted.")
        else:
            self.terminal.note(f"{stored}; {old} is deactivated.")
            self.terminal.note("When nothing uses it any more:", self._line("--delete"))

    def _or_left(self, step: Callable[[], None], left: str) -> None:
        """Take a step, and say what is left to do where it fails."""
        try:
            step()
        except MfaenvError as error:
            raise MfaenvError(error.message, f"{left} Run it again, or ask an administrator.") from None

    def _line(self, *options: str) -> str:
        return process.to_type("keys", "rotate", *options, "-p", self.request.profile.text)

    def _remember(self, profile: str, command: str, new: Keys) -> None:
        if command:
            longterm.remember(self.store, profile, command, new.access_key, time.time())

    def _prove(self, new: Keys) -> None:
        """Wait until STS knows the key; fail where it does not in time, or for another reason."""
        sts = client.client("sts", self.settings, new)
        end = time.monotonic() + PROPAGATION_SECONDS
        with self.terminal.progress() as show:
            while not access_keys.is_known(sts, new):
                left = end - time.monotonic()
                if left <= 0:
                    raise MfaenvError(
                        f"The new key {new.access_key} is stored, but AWS does not know it yet. In a minute, type:",
                        command=self._line(),
                    )
                show(f"{new.access_key} is stored; waiting until AWS knows it ({round(left)} s at most)")
                time.sleep(min(PAUSE, left))

    def _update_others(self, new: Keys, old: str) -> None:
        """Store the new key for every profile that has the old one, which stays active where one cannot have it."""
        files = awsfiles.load(self.env)
        for name in files.profiles:
            try:
                self._update(files, name, new, old)
            except MfaenvError as error:
                left = f"Profile {name} still has the old key {old}, which therefore stays active. Run it again."
                raise MfaenvError(error.message, left) from None

    def _update(self, files: AwsFiles, name: str, new: Keys, old: str) -> None:
        """Store the new key for a profile if it has the old one; a keychain that has another is not opened."""
        place = places.of_profile(files, name, self.env, self.terminal)
        command = files.profiles[name].get(process.SETTING, "") if isinstance(place, KeychainEntry) else ""
        remembered = longterm.remembered_key(self.store, name, command) if command else ""
        if place is None or remembered not in {"", old}:
            return
        try:
            keys = place.load()
        except MfaenvError as error:
            if not command or remembered:
                raise
            self.terminal.warn(f"Which key profile {name} has is not known: {error.message}")
            return
        if keys and not keys.token and keys.access_key == old:
            place.replace(keys, new)
            self._remember(name, command, new)
            self.terminal.note(f"Profile {name} had the old key too, and has the new one now.")
