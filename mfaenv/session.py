"""A session for a plan: stored or fetched, one process at a time, roles on top."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from mfaenv import code, device, memory, store
from mfaenv.code import Source
from mfaenv.errors import DeniedError, MfaenvError
from mfaenv.exports import timestamp
from mfaenv.fetch import Fetch, Surroundings
from mfaenv.lock import lock
from mfaenv.model import Credentials, Hop, Keys, Plan, Value
from mfaenv.options import duration_text
from mfaenv.store import Fields

SLACK = 60
"""Seconds by which a session may be shorter than asked for without a word: the clocks differ."""


class Wishes(NamedTuple):
    """How far the user lets us go."""

    refresh: bool = False
    cached: bool = False
    no_input: bool = False


class Answer(NamedTuple):
    """What the plan led to, as the store writes it, and the entry's name and key.

    The session is empty where there is none and wishes.cached forbids to get one; the name, where it is not stored.
    """

    session: Fields
    name: str = ""
    key: str = ""


def usable(entry: Fields, now: float, min_remaining: int, since: float | None) -> bool:
    """Tell whether an entry can be used: long enough (seconds), and got after `since` where that is asked for."""
    return int(entry["expires"]) - now >= min_remaining and (since is None or float(entry["created"]) >= since)


def session_key(plan: Plan, keys: Keys) -> str:
    """Write down everything that a session depends on."""
    values = (keys.access_key, plan.device.text, plan.endpoint, plan.session_region, str(plan.duration))
    return "\n".join(("session", *values))


def role_key(session: str, hops: tuple[Hop, ...]) -> str:
    """Write down everything that a role's credentials depend on: the session, and each hop."""
    return "\n".join((session, *("\t".join(str(value) for value in hop[:-1]) for hop in hops)))


def entry_name(key: str) -> str:
    """Give the name of the entry with this key."""
    return store.named(store.SESSION, key)


class Sessions:
    """What turns plans into sessions."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._place, self._terminal, self._now = around
        self._writable = True

    def obtain(self, plan: Plan, wishes: Wishes) -> Answer:
        """Give the session that the plan asks for.

        Raises MfaenvError; KeyboardInterrupt where the person leaves.
        """
        asked_at = self._now()
        answer = self._answer(plan, wishes, asked_at if wishes.refresh else None)
        if answer.session:
            age = "new" if float(answer.session["created"]) >= asked_at else "stored"
            expires = answer.session["expires"]
            self._terminal.detail("session", f"{age}, {f'until {timestamp(int(expires))}' if expires else 'no end'}", "")
        return answer

    def _answer(self, plan: Plan, wishes: Wishes, since: float | None) -> Answer:
        if plan.keys is None:
            return Answer({}) if wishes.cached else self._without_code(plan)
        keys = plan.keys
        plan = self._known_device(plan, keys)
        answer = self._stored(plan, keys, since)
        return answer if answer.session or wishes.cached else self._fresh(plan, keys, wishes, since)

    def _known_device(self, plan: Plan, keys: Keys) -> Plan:
        """Fill in the device that this access key used before, and check whichever there is."""
        serial, account = memory.device(self._place, keys.access_key)
        if plan.device.text:
            device.checked(plan.device.text, plan.device.source)
            known = account if serial == plan.device.text else ""
            return plan._replace(account=device.account(plan.device.text) or known)
        return plan._replace(device=Value(serial, "remembered"), account=account) if serial else plan

    def _stored(self, plan: Plan, keys: Keys, since: float | None) -> Answer:
        """Look the plan up in the store."""
        if not plan.device.text:
            return Answer({})
        key = role_key(session_key(plan, keys), plan.hops)
        return self._entry(key, plan.min_remaining, since)

    def _entry(self, key: str, min_remaining: int, since: float | None) -> Answer:
        name = entry_name(key)
        entry = self._place.read(name, key)
        held = entry is not None and usable(entry, self._now(), min_remaining, since)
        return Answer(entry if entry and held else {}, name, key)

    def _fresh(self, plan: Plan, keys: Keys, wishes: Wishes, since: float | None) -> Answer:
        self._prepare_store()
        base = plan._replace(hops=())
        if not self._stored(base, keys, since).session:
            self._source(plan, wishes)  # where nobody can give a code, nobody is waited for
        with self._alone(keys):
            plan, base = self._known_device(plan, keys), self._known_device(base, keys)
            answer = self._stored(plan, keys, since)
            if answer.session:
                return answer
            session = self._stored(base, keys, since)
            if session.session:
                try:
                    return self._roles(plan, session)
                except DeniedError as error:
                    self._offer_fresh(error, plan, wishes)
            session = self._from_code(base, keys, wishes)
            return self._roles(plan, session) if plan.hops else session

    def _prepare_store(self) -> None:
        """See before anybody is asked that the session can be stored; where it cannot, it is still printed."""
        try:
            self._place.prepare()
        except OSError as error:
            self._writable = False
            where = self._place.path or "The store"
            self._terminal.warn(f"{where} cannot be written ({error.strerror or error}): the session is not stored.")

    @contextmanager
    def _alone(self, keys: Keys) -> Iterator[None]:
        """Let one process at a time get sessions with these keys; without a store there is nothing to share."""
        with ExitStack() as held:
            if self._writable:
                place = self._place.file(store.named(store.LOCK, keys.access_key))
                self._try_to(lambda: held.enter_context(lock(place, self._say_waiting)))
            yield

    def _say_waiting(self) -> None:
        self._terminal.note("Another mfaenv is getting a session with these keys; waiting for it.")

    def _from_code(self, plan: Plan, keys: Keys, wishes: Wishes) -> Answer:
        """Get the user's own session for a code, and store it."""
        if not keys.secret_key:
            raise MfaenvError(
                f"The long-term keys {keys.access_key} that this shell had exported made way for the session.",
                "Export them again, or put them into a profile.",
            )
        source = self._source(plan, wishes)
        found = not plan.device.text
        if found or not plan.account:
            plan = self._found_device(plan, keys, wishes)
        credentials = Fetch(plan, keys, source, self._around).session()
        self._tell(plan, credentials, found=found)
        self._try_to(lambda: memory.remember_device(self._place, keys.access_key, plan, self._now()))
        return self._kept(plan, credentials, session_key(plan, keys), keys.access_key)

    def _source(self, plan: Plan, wishes: Wishes) -> Source:
        """Find the way to a code. Raises MfaenvError where there is none."""
        source = code.source(plan, self._terminal, no_input=wishes.no_input)
        if source is None:
            raise code.needed(plan, no_input=wishes.no_input)
        return source

    def _found_device(self, plan: Plan, keys: Keys, wishes: Wishes) -> Plan:
        """Fill in the device, or the account of a hardware token, whose serial number does not tell it."""
        if plan.device.text:
            return plan._replace(account=device.owner(plan, keys))
        serial, account = device.find(plan, keys, self._terminal, no_input=wishes.no_input)
        return plan._replace(device=Value(serial, "found"), account=account)

    def _tell(self, plan: Plan, credentials: Credentials, *, found: bool) -> None:
        """Say what came of it: how long the session lasts, and what spares the search for the device next time."""
        left = (credentials.expires or 0) - self._now()
        if left < plan.duration - SLACK:
            minutes = round(left / 60)
            self._terminal.warn(f"AWS gave {duration_text(minutes * 60)} instead of {duration_text(plan.duration)}.")
        if found:
            where = f"in profile {plan.profiles[-1]}"
            self._terminal.note(f"To name the device for good: mfa_serial = {plan.device.text} {where}.")

    def _roles(self, plan: Plan, answer: Answer) -> Answer:
        """Assume one role after the other, each stored for itself. Raises DeniedError where a policy is in the way."""
        from mfaenv.aws import client, sts

        base = answer.key
        for place, hop in enumerate(plan.hops, 1):
            key = role_key(base, plan.hops[:place])
            stored = self._entry(key, plan.min_remaining, float(answer.session["created"]))
            if stored.session:
                answer = stored
                continue
            held = answer.session
            signed = Credentials(held["access_key"], held["secret_key"], held["token"], None)
            made = client.client("sts", hop.profile if plan.config_profile else None, signed, hop.region, hop.role_arn)
            answer = self._kept(plan._replace(hops=plan.hops[:place]), sts.assume_role(made, hop), key, held["source"])
        return answer

    def _offer_fresh(self, error: DeniedError, plan: Plan, wishes: Wishes) -> None:
        """Go on to a fresh session where the person wants that, or gave a code for it; else raise the denial.

        A trust policy may demand a recent MFA (aws:MultiFactorAuthAge), which the stored session no longer is.
        """
        if plan.token_code.source == "--token-code":
            return
        if wishes.no_input or not self._terminal.available():
            hint = "Its trust policy may demand a recent MFA: a fresh session (--refresh) is the cure then."
            raise DeniedError(error.message, hint) from None
        offer = "Its trust policy may demand a recent MFA. Get a fresh session?"
        if not self._terminal.confirm(f"{error.message} {offer}"):
            raise error

    def _without_code(self, plan: Plan) -> Answer:
        """Give what botocore resolves the profile to, with the roles on top that it does not know of."""
        from mfaenv.aws import resolved

        credentials = resolved.credentials(plan)
        self._terminal.note(f"Profile {plan.profile.text} needs no code: {plan.kind}.")
        answer = Answer(self._fields(plan, credentials, "", ""))
        return self._roles(plan, answer) if plan.hops else answer

    def _kept(self, plan: Plan, credentials: Credentials, key: str, source: str) -> Answer:
        """Store what AWS gave, if it can be stored."""
        answer = Answer(self._fields(plan, credentials, key, source), entry_name(key), key)
        self._try_to(lambda: self._place.write(answer.name, answer.session, credentials.expires or 0))
        self._try_to(lambda: self._place.announce(answer.session["created"]))
        return answer

    def _fields(self, plan: Plan, credentials: Credentials, key: str, source: str) -> Fields:
        return {
            "key": key,
            "profiles": "\n".join(plan.profiles[-len(plan.hops) - 1 :]),
            "source": source,
            "account": plan.account,
            "device": plan.device.text,
            "role": plan.hops[-1].role_arn if plan.hops else "",
            "created": str(self._now()),
            "access_key": credentials.access_key,
            "secret_key": credentials.secret_key,
            "token": credentials.token,
            "expires": str(credentials.expires or ""),
        }

    def _try_to(self, write: Callable[[], object]) -> None:
        """Write to the store, and say so once where that fails: the session is printed all the same."""
        if self._writable:
            try:
                write()
            except OSError as error:
                self._writable = False
                self._terminal.warn(f"{self._place.path} cannot be written ({error.strerror}): not stored.")
