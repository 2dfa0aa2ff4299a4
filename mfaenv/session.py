"""A session for a plan: stored or fetched, one process at a time, roles on top."""

from typing import NamedTuple

from mfaenv import code, device, memory
from mfaenv.code import Source
from mfaenv.errors import DeniedError, MfaenvError
from mfaenv.exports import timestamp
from mfaenv.fetch import Fetch, Surroundings
from mfaenv.leaving import leaving
from mfaenv.model import Credentials, Keys, Plan, Value
from mfaenv.options import duration_text
from mfaenv.shelf import Answer, Shelf, fields, profile_key, role_key, session_key

SLACK = 60
"""Seconds by which a session may be shorter than asked for without a word: the clocks differ."""


class Wishes(NamedTuple):
    """How far the user lets us go."""

    refresh: bool = False
    cached: bool = False
    no_input: bool = False


class Sessions:
    """What turns plans into sessions."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._place, self._terminal, self._now = around
        self._shelf = Shelf(*around)

    def obtain(self, plan: Plan, wishes: Wishes) -> Answer:
        """Give the session that the plan asks for.

        Raises MfaenvError; KeyboardInterrupt where the person leaves.
        """
        asked_at = self._now()
        answer = self._answer(plan, wishes, asked_at if wishes.refresh else None)
        if answer.session:
            age = "new" if float(answer.session["created"]) >= asked_at else "stored"
            expires = answer.session["expires"]
            self._terminal.detail("session", age, f"until {timestamp(int(expires))}" if expires else "no end")
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
        return self._shelf.find(key, plan.min_remaining, since)

    def _fresh(self, plan: Plan, keys: Keys, wishes: Wishes, since: float | None) -> Answer:
        self._shelf.prepare()
        base = plan._replace(hops=())
        if not self._stored(base, keys, since).session:
            self._source(plan, wishes)  # where nobody can give a code, nobody is waited for
        with self._shelf.alone(keys.access_key):
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
        self._shelf.remember_device(keys.access_key, plan)
        return self._shelf.keep(plan, credentials, session_key(plan, keys), keys.access_key)

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

    @leaving()
    def _roles(self, plan: Plan, answer: Answer) -> Answer:
        """Assume one role after the other, each stored for itself. Raises DeniedError where a policy is in the way."""
        from mfaenv.aws import client, sts

        base = answer.key
        for place, hop in enumerate(plan.hops, 1):
            key = role_key(base, plan.hops[:place])
            stored = self._shelf.find(key, plan.min_remaining, float(answer.session["created"]))
            if stored.session:
                answer = stored
                continue
            held = answer.session
            signed = Credentials(held["access_key"], held["secret_key"], held["token"], None)
            made = client.client("sts", hop.profile if plan.config_profile else None, signed, hop.region, hop.role_arn)
            upto = plan._replace(hops=plan.hops[:place])
            answer = self._shelf.keep(upto, sts.assume_role(made, hop), key, held["source"])
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
        answer = Answer(fields(plan, credentials, "", "", self._now()), key=profile_key(plan))
        if not plan.hops:
            return answer
        self._shelf.prepare()
        return self._roles(plan, answer)
