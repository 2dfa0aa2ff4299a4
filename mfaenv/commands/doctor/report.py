"""What the doctor found, as data for `--json` and as tables for people.

`--json` prints one object: `version` (1), `profile` (its name, or null), `verdict` ("enforced", "not enforced" or
"cannot tell"), `reason`, `next_step` (or null), `well` (true where the exit status is 0), `checks` and `calls`.

A check has `topic` (files, values, roles, environment, keys, identity, clock, devices, shell, store, session, role,
calls), `name`, `text`, `state` ("ok", "note": worth knowing, "wrong": keeps all from being well) and `next_step` (or
null).

A call has `action`, `says` (in words, what it proves) and `outcomes`: by `without_mfa` and `with_mfa` an object with
`outcome` ("allowed", "explicit deny", "no allow", "failed" or "not tried") and `text` (why, or null). Without long-term
keys there are no calls. Nothing in it is secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from mfaenv.aws.probe import Kind
from mfaenv.commands.doctor.verdict import ComparedCall, Enforcement, Verdict
from mfaenv.terminal.tables import Table
from mfaenv.terminal.tones import BAD, DOUBTFUL, GOOD, PLAIN, Styled

VERSION = 1
"""Of the shape above; it changes where a name changes its meaning or goes."""


class State(StrEnum):
    """How much a check matters."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


class Check(NamedTuple):
    """One thing that was looked at, and what to do about it where it is not in order."""

    topic: str
    name: str
    text: str
    state: State = State.OK
    next_step: str = ""

    @property
    def sentence(self) -> str:
        """Return the name and the text for a person."""
        return ": ".join(filter(None, (self.name, self.text)))


TONES = {
    State.OK: GOOD,
    State.NOTE: DOUBTFUL,
    State.WRONG: BAD,
    Enforcement.ENFORCED: GOOD,
    Enforcement.NOT_ENFORCED: BAD,
    Enforcement.CANNOT_TELL: DOUBTFUL,
    Kind.FAILED: BAD,
}


@dataclass(frozen=True)
class Report:
    """What `doctor` found about a profile: the checks, the calls that were compared, and the verdict."""

    profile: str
    checks: Sequence[Check]
    calls: Sequence[ComparedCall]
    verdict: Verdict

    @property
    def well(self) -> bool:
        """Return whether MFA is enforced and nothing is wrong."""
        is_enforced = self.verdict.answer is Enforcement.ENFORCED
        return is_enforced and all(check.state is not State.WRONG for check in self.checks)

    def as_data(self) -> dict[str, Any]:
        """Return the report as `--json` prints it."""
        return {
            "version": VERSION,
            "profile": self.profile or None,
            "verdict": self.verdict.answer,
            "reason": self.verdict.reason,
            "next_step": self.verdict.next_step or None,
            "well": self.well,
            "checks": [{**check._asdict(), "next_step": check.next_step or None} for check in self.checks],
            "calls": [
                {
                    "action": row.call.action,
                    "says": row.says,
                    "outcomes": {
                        name: {"outcome": outcome.kind, "text": outcome.text or None}
                        for name, outcome in (("without_mfa", row.without), ("with_mfa", row.with_mfa))
                    },
                }
                for row in self.calls
            ],
        }

    def as_tables(self) -> list[Table | Styled | str]:
        """Lay the report out: the verdict, what was looked at, the proof, and what to do, for the verdict first."""
        checks: list[tuple[Styled | str, ...]] = []
        topic = ""
        for check in self.checks:
            state = Styled(check.state, TONES[check.state])
            checks.append((state, check.topic if check.topic != topic else "", check.sentence))
            topic = check.topic
        calls: list[tuple[Styled | str, ...]] = []
        for row in self.calls:
            outcomes = (Styled(outcome.kind, TONES.get(outcome.kind, PLAIN)) for outcome in (row.without, row.with_mfa))
            calls.append((row.call.action, *outcomes, row.says))
        columns = ("Call", "Without MFA", "With MFA", "What that says")
        proof = [Table("The proof", columns, tuple(calls))] if calls else []
        verdict = Styled(f"MFA: {self.verdict.answer}. {self.verdict.reason}", TONES[self.verdict.answer])
        looked_at = Table(f"Profile {self.profile}", ("", "Looked at", "Found"), tuple(checks))
        return [verdict, looked_at, *proof, *self._to_do()]

    def _to_do(self) -> list[Styled | str]:
        lines: list[Styled | str] = [f"  {self.verdict.next_step}"] if self.verdict.next_step else []
        for check in self.checks:
            if check.state is not State.OK:
                lines += [Styled(f"  {check.sentence}", TONES[check.state]), f"    {check.next_step}"]
        return ["", "What to do:", *lines] if lines else []
