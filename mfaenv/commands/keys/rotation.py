"""`mfaenv keys rotate`: replace an access key by one that is made with the MFA session.

The order is make, store, prove, deactivate the old one, delete it: one active key is always stored. After an
interruption there are two, and the next run asks about the other.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from mfaenv.aws import client, provider
from mfaenv.aws.iam import AccessKey, AccessKeys, is_known
from mfaenv.command_line import to_type
from mfaenv.commands.keys import places
from mfaenv.config import awsfiles, credential_process, resolve
from mfaenv.errors import DONE, DeniedError, MfaenvError, join_names
from mfaenv.fast.parse import Env, Options
from mfaenv.model import Keys, Origin, Provider, Request, Value, same_keys
from mfaenv.session import cache, device, longterm, remembered
from mfaenv.session.change_lock import change_lock
from mfaenv.session.keychain import KeychainEntry
from mfaenv.session.sessions import Sessions
from mfaenv.store import Store
from mfaenv.terminal.terminal import Terminal

PROPAGATION_SECONDS = 90  # all regions learn of a new key within some seconds, now and then a minute
RETRY_SECONDS = 2


def run(options: Options, env: Env) -> int:
    """Replace the profile's access key. Raise MfaenvError, which says what is left to do."""
    rotation, other = Rotation(options, env), None
    while True:
        with change_lock(rotation.terminal):
            other = rotation.advance(other)
        if other is None:
            return DONE
        rotation.choose(other)


def _not_stored(request: Request, files: awsfiles.AwsFiles) -> MfaenvError:
    name = request.source_profile
    if entry := credential_process.entry(request.process.text):
        return longterm.missing_entry(entry)
    if request.provider is Provider.MACHINE:
        return provider.no_keys(name, files.profiles)
    source = request.keys.source if request.keys else f"another source ({request.provider})"
    wrong = f"The keys of profile {name} come from {source}: no new ones can be stored there."
    hint = "Rotate them there, or name a profile with -p whose keys are in a file or the keychain."
    return MfaenvError(wrong, hint)


class Rotation:
    """A rotation; a code may be asked for. All raise MfaenvError."""

    def __init__(self, options: Options, env: Env) -> None:
        files = awsfiles.load(env)
        self.terminal = Terminal.for_options(options, env)
        self.store = Store.of(env)
        self.store.check()
        self.request = request = resolve.resolve(options, env, files)._replace(hops=())
        acquisition = resolve.acquisition(options, env, request, files)
        self.asks = not (acquisition.no_input or self.terminal.obstacle())
        self.delete = bool(options.get("delete"))
        self.profile = source = request.source_profile
        named = request.profiles[0]
        if named != source and files.keys_file(named):
            raise MfaenvError(f"Profile '{named}' has keys, but uses those of {source}.", "Remove its own.")
        is_stored = request.process.text or (request.keys and request.keys.origin is Origin.PROFILE)
        place = places.of_profile(files, self.profile, self.terminal) if is_stored else None
        keys = place.load() if place else None
        if place is None or keys is None:
            raise _not_stored(request, files)
        self.place, self.keys = place, keys
        user = device.identify(remembered.filled_in(request, self.store), keys)
        if not user.user:
            raise MfaenvError("These are keys of the root user.", "Delete them, and work with an IAM user's.")
        # An export may take the keys out of the keychain meanwhile.
        context = cache.Context(self.store, self.terminal, acquisition)
        with change_lock(self.terminal):  # where none can be held, no code is used
            pass
        self.session = Sessions(context).get(request._replace(keys=keys))
        self.settings = client.settings_of(request, self.session.device)
        self.iam = AccessKeys(self.settings, self.session, user)

    def advance(self, chosen: AccessKey | None) -> AccessKey | None:
        """Make a new key, or finish with the chosen one if it is as it was. Return one to ask about."""
        files = awsfiles.load(self.terminal.env)
        self.place = places.of_profile(files, self.profile, self.terminal) or self.place
        keys, before = self.place.load(), self.keys
        if keys is None:
            raise _not_stored(self.request, files)
        self.keys = keys
        if not same_keys(keys, before):
            replaced = f"{before.access_key} by {keys.access_key}"
            self.terminal.note(f"Another mfaenv has replaced {replaced} meanwhile.")
            return None
        listed = {each.id: each for each in self.iam.list_keys()}
        if keys.access_key not in listed:
            wrong = f"IAM lists no key {keys.access_key} of this user."
            raise MfaenvError(wrong, f"Check the keys of profile {self.profile} in {self.place.title}.")
        other = next((each for each in listed.values() if each.id != keys.access_key), None)
        if other is None and chosen:
            self.terminal.note(f"{chosen.id} is deleted already; {keys.access_key} stays.")
        elif other is None:
            self._replace(keys)
        elif other != chosen and (other.active or not self.delete or self._users(other.id, active=False)):
            return other
        elif other.active:
            self._finish(keys, other.id)
        else:
            self._store_everywhere(other.id, keys, active=False)
            self.iam.delete(other.id)
            self.terminal.note(f"{other.id}, which was inactive, is deleted; {keys.access_key} stays.")
        return None

    def choose(self, other: AccessKey) -> None:
        """Ask whether the other key is to go: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.

        Raise MfaenvError where it stays, or nobody can be asked.
        """
        with change_lock(self.terminal):
            users = join_names(self._users(other.id, active=other.active))
        where = f"in {users}" if users else "in no profile here"
        if not other.active:
            where = f"inactive, {where}" if users else "inactive"
        used = {self.keys.access_key: f"in {self.place.title}", other.id: where}
        texts = [f"{key} ({where}): {self._last_use(key)}" for key, where in used.items()]
        two = f"There are two access keys, and IAM allows no third: {'; '.join(texts)}."
        if not self.asks:
            if users:  # to delete it would leave these without a key that works
                raise MfaenvError(two, "Run it in a terminal to choose.")
            line = self._line("--delete")
            if other.active:
                by_aws = ("aws", "iam", "delete-access-key", "--access-key-id", other.id)
                line = to_type("exec", "-p", self.profile, "--", *by_aws)
            raise MfaenvError(f"{two} Run it in a terminal to choose, or delete the other one:", command=line)
        leave = "Leave both as they are"
        verb = "Deactivate" if other.active and not self.delete else "Delete"
        finish = f"{verb} {other.id}, and make no new key"
        if self.terminal.choose("Two access keys, and IAM allows no third:", (leave, finish), texts) == leave:
            raise MfaenvError("Nothing was changed.", "Both keys are as they were.")

    def _last_use(self, key: str) -> str:
        try:
            use = self.iam.last_use(key)
        except DeniedError:  # a policy may allow all else
            return "a policy denies iam:GetAccessKeyLastUsed"
        return f"last used {use['at'][:10]} by {use['service']} in {use['region']}" if use else "never used"

    def _replace(self, old: Keys) -> None:
        """Make a new key, store it in the old one's place, and finish; where it cannot be stored, delete it."""
        list(self._places_with(old.access_key, active=True))  # raises for one that cannot be read
        new = self.iam.create()
        # The session stays valid: stored before the new key is, so a run that finishes this one needs no code.
        session, used = self.session, Value(self.session.device, "remembered")
        request = self.request._replace(device=used, account=session.account)
        key = cache.session_key(request, new.access_key)
        with suppress(OSError):
            self.store.put(session.replace(key=key, source=new.access_key), session.expires or 0)
            remembered.remember_device(self.store, new.access_key, request, time.time())
        try:
            self.place.replace(old, new)
        except BaseException:
            try:
                if not same_keys(self.place.load(), new):
                    self.iam.delete(new.access_key)
            except MfaenvError as error:
                self.terminal.warn(f"The new key {new.access_key} stays in IAM: {error.message}", error.command)
            raise
        self._finish(new, old.access_key)

    def _finish(self, new: Keys, old: str) -> None:
        """Prove that the new key works, store it wherever the old one is, and deactivate that one, or delete it."""
        remembered.remember_key(self.store, self.request.program, new.access_key, time.time())
        self._prove(new)
        self._store_everywhere(old, new)
        places.check(self.place, new)
        state = "active"
        try:
            self.iam.deactivate(old)
            state = "deactivated"
            if self.delete:
                self.iam.delete(old)
                state = "deleted"
        except MfaenvError as error:
            left = f"{new.access_key} is stored and works; {old} is still {state}."
            raise MfaenvError(f"{left} {error.message}", error.hint, command=error.command) from None
        self.terminal.note(f"{new.access_key} is in {self.place.title} and works; {old} is {state}.")
        if elsewhere := join_names(list(self._elsewhere(old))):
            self.terminal.note(f"{old} no longer works in {elsewhere}: change it there too.")
        if not self.delete:
            self.terminal.note("When nothing uses it any more:", self._line("--delete"))

    def _line(self, *options: str) -> str:
        return to_type("keys", "rotate", *options, "-p", self.request.profile.text)

    def _prove(self, new: Keys) -> None:
        sts_client = client.client("sts", self.settings, new)
        end = time.monotonic() + PROPAGATION_SECONDS
        with self.terminal.progress() as show:
            while not is_known(sts_client, new):
                left = end - time.monotonic()
                if left <= 0:
                    wrong = f"The new key {new.access_key} is stored, but AWS does not know it yet. In a minute, type:"
                    raise MfaenvError(wrong, command=self._line())
                show(f"{new.access_key} is stored; waiting until AWS knows it ({round(left)} s at most)")
                time.sleep(min(RETRY_SECONDS, left))

    def _users(self, key: str, *, active: bool) -> list[str]:
        """Return where a key is, and where it is active, what else may give it."""
        users = [f"profile {name}" for name, *_ in self._places_with(key, active=active)]
        return [*users, *self._elsewhere(key)] if active else users

    def _elsewhere(self, key: str) -> Iterator[str]:
        """Yield where a key may be that no rotation replaces."""
        if self.terminal.env.get("AWS_ACCESS_KEY_ID") == key:
            yield "AWS_ACCESS_KEY_ID of this shell"
        files = awsfiles.load(self.terminal.env)
        for name, section in files.profiles.items():
            program = credential_process.other_program(section.get(credential_process.SETTING, ""))
            if program and not places.of_profile(files, name, self.terminal):
                yield f"profile {name}, if {program} gives it"

    def _store_everywhere(self, old: str, new: Keys, *, active: bool = True) -> None:
        """Put a new key where profiles still have the old one."""
        for name, place, keys in self._places_with(old, active=active):
            with _naming_old_key(name, old, active=active):
                place.replace(keys, new)
            program = awsfiles.load(self.terminal.env).program(name)
            remembered.remember_key(self.store, program, new.access_key, time.time())
            self.terminal.note(f"Profile {name} had the old key too, and has the new one now.")

    def _places_with(self, key: str, *, active: bool) -> Iterator[tuple[str, places.Place, Keys]]:
        """Yield each profile with a key in a file or the keychain, from which the copy of a killed process goes."""
        files = awsfiles.load(self.terminal.env)
        for name in files.profiles:
            if files.used_file(name) and files.section(name).get(awsfiles.ACCESS_KEY) != key:
                continue  # to read the file for each of many profiles would take minutes
            place = places.of_profile(files, name, self.terminal)
            with _naming_old_key(name, key, active=active):
                if isinstance(place, KeychainEntry):
                    place.remove_spare()
                keys = place.load() if place else None
            if place and keys and not keys.token and keys.access_key == key:
                yield name, place, keys


@contextmanager
def _naming_old_key(name: str, key: str, *, active: bool) -> Iterator[None]:
    """Add to the errors of the block that the old key stays, and whether it is active."""
    try:
        yield
    except MfaenvError as error:
        left = f"Profile {name} may still have the old key {key}, which therefore stays"
        wrong = f"{left} {'active' if active else 'inactive'}. {error.message}"
        raise MfaenvError(wrong, error.hint, command=error.command) from None
