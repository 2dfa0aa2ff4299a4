"""What the calls prove, and the report: for `--json` (`mfaenv help scripts`), and as tables."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, StrEnum
from itertools import pairwise
from typing import Any, NamedTuple, Self

from mfaenv.aws.probe import Kind, Outcome, ProbeCall
from mfaenv.command_line import with_own_name
from mfaenv.errors import MfaenvError
from mfaenv.fast.parse import Env
from mfaenv.terminal.text import BAD, DOUBTFUL, GOOD, PLAIN, Styled, Table

REPORT_VERSION = 1  # of --json; it changes where a name changes its meaning or goes

ATTACH = ("Attach the policy. This prints it, and says how to try it on one user first:", "mfaenv policy")
NEEDED = {"values", "keys", "devices"}  # where one of these is wrong, there is no session to get
ALLOW_MORE = "Allow the user iam:ListAccessKeys on itself, or s3:ListAllMyBuckets, and run it again."


class Enforcement(StrEnum):
    """Whether MFA is required."""

    ENFORCED = "enforced"
    NOT_ENFORCED = "not enforced"
    CANNOT_TELL = "cannot tell"


ENFORCED, NOT_ENFORCED, CANNOT_TELL = Enforcement


class Verdict(NamedTuple):
    """The answer, why, and what to do."""

    answer: Enforcement
    reason: str
    next_step: str = ""
    command: str = ""


class Evidence(Enum):
    """What one call says, and the verdict; the strongest comes first and decides."""

    GAP = (
        "should be denied without MFA",
        NOT_ENFORCED,
        "{calls} answered without MFA: whoever has the access key needs no device.",
        *ATTACH,
    )
    PROOF = ("MFA lifts the deny", ENFORCED, "{calls}: explicitly denied without MFA, and no longer with it.")
    UNTRIED = (
        "not tried with MFA",
        CANNOT_TELL,
        "{calls}: explicitly denied without MFA, but that MFA lifts the deny was not seen.",
        "Run it again where a session is stored or a code can be given.",
    )
    SAME = (
        "a deny, but not about MFA",
        CANNOT_TELL,
        "{calls}: explicitly denied with MFA as well as without, so not for want of MFA; by an organization, perhaps.",
        f"{ALLOW_MORE} If a policy wants a recent MFA, try --refresh.",
    )
    LEFT_OPEN = (
        "may be open, to set up a device",
        CANNOT_TELL,
        "Only {calls} answered without MFA, which may be open to set up a device; nothing else could be compared.",
        ALLOW_MORE,
    )
    CONDITIONAL = (
        "allowed with MFA only, but not denied without",
        CANNOT_TELL,
        "{calls}: allowed with MFA only, but nothing denies the rest without it.",
        *ATTACH,
    )
    UNKNOWN = ("says nothing", CANNOT_TELL, "{calls} could not be made without MFA.", "Fix what is wrong.")
    SILENT = (
        "says nothing about MFA",
        CANNOT_TELL,
        "{calls}: no policy allows the user these calls, so that a refusal says nothing about MFA.",
        ALLOW_MORE,
    )

    def __init__(self, says: str, *verdict: Any) -> None:
        self.says = says
        self.verdict = Verdict(*verdict)


def evidence(without: Kind, with_mfa: Kind, *, left_open: bool) -> Evidence:
    """Return what a call says."""
    if without is Kind.ALLOWED:
        return Evidence.LEFT_OPEN if left_open else Evidence.GAP
    if without is Kind.EXPLICIT_DENY:
        if with_mfa is Kind.EXPLICIT_DENY:
            return Evidence.SAME
        return Evidence.PROOF if with_mfa in {Kind.ALLOWED, Kind.NO_ALLOW} else Evidence.UNTRIED
    if without is Kind.NO_ALLOW:
        return Evidence.CONDITIONAL if with_mfa is Kind.ALLOWED else Evidence.SILENT
    return Evidence.UNKNOWN


def judge(calls: Mapping[str, Evidence]) -> Verdict:
    """Return the verdict on all calls, by action."""
    strongest = next((kind for kind in Evidence if kind in calls.values()), Evidence.UNKNOWN)
    names = ", ".join(action for action, kind in calls.items() if kind is strongest)
    verdict = strongest.verdict
    return verdict._replace(reason=verdict.reason.format(calls=names or "The calls"))


class ComparedCall(NamedTuple):
    """A call, and how it ended without MFA and with it."""

    call: ProbeCall
    outcomes: tuple[Outcome, Outcome]

    @property
    def evidence(self) -> Evidence | None:
        """Return what it says about MFA; None where no policy decides about it."""
        kinds = (outcome.kind for outcome in self.outcomes)
        return None if self.call.always else evidence(*kinds, left_open=self.call.left_open)

    @property
    def says(self) -> str:
        """Return it in words."""
        return self.evidence.says if self.evidence else "answers under any policy: no gap"

    def as_data(self) -> dict[str, Any]:
        """Return it for `--json`."""
        without, with_mfa = ({"outcome": each.kind, "text": each.text or None} for each in self.outcomes)
        outcomes = {"without_mfa": without, "with_mfa": with_mfa}
        return {"action": self.call.action, "says": self.says, "outcomes": outcomes}


class State(StrEnum):
    """How much a check matters."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


class Check(NamedTuple):
    """One thing that was looked at, and what to do."""

    topic: str
    name: str
    text: str
    state: State = State.OK
    next_step: str = ""
    command: str = ""

    @classmethod
    def of_error(cls, topic: str, name: str, error: MfaenvError) -> Self:
        """Return the check that ended with this error."""
        return cls(topic, name, error.message, State.WRONG, error.hint, error.command)

    @property
    def sentence(self) -> str:
        """Return it for a person."""
        return ": ".join(filter(None, (self.name, self.text)))

    def as_data(self) -> dict[str, str | None]:
        """Return it for `--json`."""
        data = {**self._asdict(), "next_step": _next_step(self)}
        del data["command"]
        return data


TONE_OF = {
    State.OK: GOOD,
    State.NOTE: DOUBTFUL,
    State.WRONG: BAD,
    ENFORCED: GOOD,
    NOT_ENFORCED: BAD,
    CANNOT_TELL: DOUBTFUL,
    Kind.FAILED: BAD,
}


class Report(NamedTuple):
    """All about a profile."""

    profile: str
    checks: Sequence[Check]
    calls: Sequence[ComparedCall]
    verdict: Verdict

    @property
    def well(self) -> bool:
        """Return whether all is well."""
        is_wrong = any(check.state is State.WRONG for check in self.checks)
        return self.verdict.answer is ENFORCED and not is_wrong

    def as_data(self) -> dict[str, Any]:
        """Return it for `--json`."""
        return {
            "version": REPORT_VERSION,
            "profile": self.profile or None,
            "verdict": self.verdict.answer,
            "reason": self.verdict.reason,
            "next_step": _next_step(self.verdict),
            "well": self.well,
            "checks": [check.as_data() for check in self.checks],
            "calls": [row.as_data() for row in self.calls],
        }

    def as_tables(self, env: Env) -> list[Table | Styled | str]:
        """Return it for a person."""
        checks = tuple(
            (
                _toned(check.state),
                "" if check.topic == last.topic else check.topic,
                check.sentence.rpartition(". ")[0] if check.sentence.endswith(":") else check.sentence,
            )
            for last, check in pairwise([Check("", "", ""), *self.checks])
        )
        calls: list[tuple[Styled | str, ...]] = [
            (row.call.action, *(_toned(each.kind) for each in row.outcomes), row.says) for row in self.calls
        ]
        columns = ("Call", "Without MFA", "With MFA", "What that says")
        proof = [Table(f"The proof: {self.verdict.answer}", columns, tuple(calls))] if calls else []
        verdict = Styled(f"MFA: {self.verdict.answer}. {self.verdict.reason}", TONE_OF[self.verdict.answer])
        looked_at = Table(f"Profile {self.profile}", ("", "Looked at", "Found"), checks)
        return [verdict, looked_at, *proof, *self._to_do(env)]

    def _to_do(self, env: Env) -> list[Styled | str]:
        lines: dict[State, list[Styled]] = {state: [] for state in State}
        for check in self.checks:
            about = check._replace(name=check.name or check.topic).sentence
            title = [] if check.state is State.OK else [Styled(f"  {about}", TONE_OF[check.state])]
            lines[check.state] += [*title, *_advice(check, "    " if title else "", env)]
        to_do = [*lines[State.WRONG], *_advice(self.verdict, "  ", env), *lines[State.NOTE]]
        hopeless = any(check.state is State.WRONG and check.topic in NEEDED for check in self.checks)
        last = [] if hopeless else lines[State.OK]
        return [*(["", "What to do:"] if to_do else []), *to_do, *([""] if last else []), *last]


def _toned(word: State | Kind) -> Styled:
    return Styled(word, TONE_OF.get(word, PLAIN))


def _next_step(of: Check | Verdict) -> str | None:
    return f"{of.next_step} {of.command}".strip() or None


def _advice(of: Check | Verdict, indent: str, env: Env) -> Iterator[Styled]:
    if of.next_step:
        yield Styled(f"{indent}{of.next_step}")
    if of.command:
        yield Styled(f"{indent}  {with_own_name(of.command, env)}", unbroken=True)
