"""What the doctor found, as data for `--json` and as tables for people.

`--json` prints one object: `version` (1), `profile` (its name, or null), `verdict` ("enforced", "not enforced" or
"cannot tell"), `reason`, `next_step` (or null), `well` (true where the exit status is 0), `checks` and `calls`.

A check has `topic` (files, values, environment, keys, identity, clock, devices, shell, store, session, role, calls),
`name`, `text`, `state` ("ok", "note": worth knowing, "wrong": keeps all from being well) and `next_step` (or null).

A call has `action`, `says` (in words, what it proves) and `outcomes`: by `without_mfa` and `with_mfa`, or by `as_is`
for a profile without long-term keys, an object with `outcome` ("allowed", "explicit deny", "no allow", "failed" or "not
tried") and `text` (why, or null). Nothing in it is secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from mfaenv.aws.probe import Kind, Outcome
from mfaenv.commands.doctor.verdict import Enforcement, Verdict
from mfaenv.terminal import tones
from mfaenv.terminal.tables import Table
from mfaenv.terminal.tones import Styled

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


class Column(StrEnum):
    """The keys that the calls were made with."""

    WITHOUT = "without_mfa"
    WITH = "with_mfa"
    AS_IS = "as_is"


HEADINGS = {Column.WITHOUT: "Without MFA", Column.WITH: "With MFA", Column.AS_IS: "As it is"}


class CallRow(NamedTuple):
    """One call, what it says, and how it ended with each set of keys."""

    action: str
    says: str
    outcomes: Mapping[Column, Outcome]


class Report(NamedTuple):
    """All of it."""

    profile: str
    checks: tuple[Check, ...]
    rows: tuple[CallRow, ...]
    verdict: Verdict

    @property
    def well(self) -> bool:
        """Return whether MFA is enforced and nothing is wrong."""
        is_enforced = self.verdict.answer is Enforcement.ENFORCED
        return is_enforced and all(check.state is not State.WRONG for check in self.checks)


def as_data(report: Report) -> dict[str, Any]:
    """Return the report as `--json` prints it."""
    return {
        "version": VERSION,
        "profile": report.profile or None,
        "verdict": report.verdict.answer,
        "reason": report.verdict.reason,
        "next_step": report.verdict.next_step or None,
        "well": report.well,
        "checks": [{**check._asdict(), "next_step": check.next_step or None} for check in report.checks],
        "calls": [
            {
                "action": row.action,
                "says": row.says,
                "outcomes": {
                    column: {"outcome": outcome.kind, "text": outcome.text or None}
                    for column, outcome in row.outcomes.items()
                },
            }
            for row in report.rows
        ],
    }


TONES = {
    State.OK: tones.GOOD,
    State.NOTE: tones.DOUBTFUL,
    State.WRONG: tones.BAD,
    Enforcement.ENFORCED: tones.GOOD,
    Enforcement.NOT_ENFORCED: tones.BAD,
    Enforcement.CANNOT_TELL: tones.DOUBTFUL,
    Kind.FAILED: tones.BAD,
}


def as_tables(report: Report) -> list[Table | Styled | str]:
    """Lay the report out: what was looked at, the proof, the verdict, and what to do."""
    topics = [check.topic for check in report.checks]
    firsts = [topic if topic != before else "" for topic, before in zip(topics, ["", *topics], strict=False)]
    rows: tuple[tuple[Styled | str, ...], ...] = tuple(
        (Styled(check.state, TONES[check.state]), topic, _said(check))
        for check, topic in zip(report.checks, firsts, strict=True)
    )
    verdict = report.verdict
    said = Styled(f"MFA: {verdict.answer}. {verdict.reason}", TONES[verdict.answer])
    proof = [_proof(report.rows)] if report.rows else []
    return [Table(f"Profile {report.profile}", ("", "Looked at", "Found"), rows), *proof, said, *_to_do(report)]


def _said(check: Check) -> str:
    return ": ".join(filter(None, (check.name, check.text)))


def _proof(rows: tuple[CallRow, ...]) -> Table:
    columns = tuple(rows[0].outcomes)
    body: tuple[tuple[Styled | str, ...], ...] = tuple(
        (row.action, *(_outcome(row.outcomes[column]) for column in columns), row.says) for row in rows
    )
    return Table("The proof", ("Call", *(HEADINGS[column] for column in columns), "What that says"), body)


def _outcome(outcome: Outcome) -> Styled:
    return Styled(outcome.kind, TONES.get(outcome.kind, tones.PLAIN))


def _to_do(report: Report) -> list[Styled | str]:
    """List what is to be done, the verdict's next step first."""
    findings = [check for check in report.checks if check.state is not State.OK]
    lines: list[Styled | str] = [f"  {report.verdict.next_step}"] if report.verdict.next_step else []
    for check in findings:
        lines += [Styled(f"  {_said(check)}", TONES[check.state]), f"    {check.next_step}"]
    return ["", "What to do:", *lines] if lines else []
