"""What mfaenv promises about its speed, row by row, and whether it holds."""

from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

from . import in_shells, timing
from .pretend import CHAINED, CODE, SERIAL, WRONG, role_name
from .programs import AWS_CLI
from .row import OURS, Row, beyond, ratio
from .scene import Scene

BARE = "`python -c pass`"
BOTO3 = "a bare boto3 script"
CLI = "`aws sts get-session-token`"
FEW = "with one"
SHORT = "a hundredth of them"
BLANKS = 1_000_000

SCRIPT = f"""
import boto3
client = boto3.client("sts")
print(client.get_session_token(SerialNumber="{SERIAL}", TokenCode="{CODE}", DurationSeconds=43200)["Credentials"])
"""
"""The same call with nothing around it."""

CROWD = 300
REPEATS = 5
"""Of what hardly differs from one time to the next."""


def rows(scene: Scene) -> Iterator[Row]:
    """Measure all of it."""
    for measure in (
        _stored,
        _found_shell,
        _commands,
        in_shells.rows,
        _conversation,
        _call,
        _growth,
        _tab,
        _chain,
        _line,
        _crowd,
    ):
        yield from measure(scene)


def _stored(scene: Scene) -> Iterator[Row]:
    turns = scene.turns({BARE: scene.python(), OURS: scene.mfaenv("--shell", "bash")})
    yield ratio("A stored session: `mfaenv --shell bash`", turns, BARE, 1.1)
    python, env = scene.programs.python, scene.few.env
    commands = scene.line("--shell", "bash"), [python, "-c", "pass"]
    ours, bare = (median(timing.peak(python, command, env) for _ in range(REPEATS)) for command in commands)
    yield Row("Its memory", f"{ours - bare:+.0f} KiB beside {BARE}", "at most +1024 KiB", ours - bare <= 1024)


STARTED = (
    (("unset", "--shell", "bash"), 1.5),
    (("process",), 1.5),
    (("exec", "--", "true"), 1.5),
    (("status", "--json"), 2.5),
)
"""What shells and programs start: the arguments, and how many times a bare interpreter it may take."""

WRONG_USAGE = 2
PYDANTIC_LIMIT = 12

TYPED = (
    (("status",), 0),
    (("--version",), 0),
    (("--help",), 0),
    (("policy",), 0),
    (("clear", "-p", "nobody"), 1),
    (("help",), 0),
    (("-p", "nobody", "--shell", "bash"), 1),
    (("--nonsense",), 2),
    (("status", "--nonsense"), 2),
    (("nonsense",), 2),
)
"""What people type, on a terminal: the arguments, and the exit status."""


def _commands(scene: Scene) -> Iterator[Row]:
    for started, limit in STARTED:
        turns = scene.turns({BARE: scene.python(), OURS: scene.mfaenv(*started)}, slow=True)
        yield ratio(f"`mfaenv {' '.join(started)}`", turns, BARE, limit)
    for typed, status in TYPED:
        measured = partial(timing.at_terminal, scene.line(*typed), scene.few.env, status=status)
        turns = scene.turns({BARE: scene.python(), OURS: measured}, slow=True)
        limit = PYDANTIC_LIMIT if status == WRONG_USAGE and _loads_pydantic(scene) else 6
        yield ratio(f"`mfaenv {' '.join(typed)}` on a terminal", turns, BARE, limit)


def _loads_pydantic(scene: Scene) -> bool:
    """Return whether typer depends on pydantic, as it does from 0.28 on."""
    major, minor = map(int, scene.programs.versions["typer"].split(".")[:2])
    return (major, minor) >= (0, 28)


def _found_shell(scene: Scene) -> Iterator[Row]:
    commands = {BARE: [scene.programs.python, "-c", "pass"], OURS: scene.line()}
    turns = scene.turns({name: _in_bash(scene, command) for name, command in commands.items()})
    yield ratio("The same where it has to find the shell", turns, BARE, 1.25)


def _in_bash(scene: Scene, command: list[str]) -> Callable[[], float]:
    return lambda: timing.in_bash(command, scene.few.env)


def _conversation(scene: Scene) -> Iterator[Row]:
    held: list[timing.Conversation] = []

    def ask() -> float:
        held.append(timing.converse(scene.line("--shell", "bash"), scene.few.env, CODE))
        return held[-1].question

    last, end, sts = "to the last byte", "to the end", "STS's own answer"
    turns = scene.turns(
        {
            BARE: scene.python(),
            OURS: scene.anew(ask),
            last: lambda: held[-1].answer,
            end: lambda: held[-1].end,
            sts: scene.sts.answer,
        },
        slow=True,
    )
    yield ratio("From start to the question, with a known device", turns, BARE, 4.5)
    yield from _picker(scene, ask)
    for until in (last, end):
        yield beyond(f"From Enter after the code {until}", turns, until, sts, 30)


def _picker(scene: Scene, ask: Callable[[], float]) -> Iterator[Row]:
    command, env = scene.line("--shell", "bash", "-p"), scene.many.env
    question = "the question"
    turns = scene.turns({question: scene.anew(ask), OURS: lambda: timing.first_frame(command, env)}, slow=True)
    yield ratio("1,000 profiles to choose from: the first frame", turns, question, 2)


def _call(scene: Scene) -> Iterator[Row]:
    limits = {BOTO3: 0.9, CLI: 0.5}
    peers = {BOTO3: scene.python(SCRIPT)}
    if "AWS CLI" in scene.programs.versions:
        arguments = ("sts", "get-session-token", "--serial-number", SERIAL, "--token-code", CODE)
        peers[CLI] = scene.program(str(AWS_CLI), *arguments)
    ours = scene.anew(scene.mfaenv("--token-code", CODE, "--shell", "bash"))
    turns = scene.turns({**peers, OURS: ours}, slow=True)
    for peer in peers:
        yield ratio("Nothing stored: `mfaenv --token-code …`", turns, peer, limits[peer])
    scene.sign_in()


def _growth(scene: Scene) -> Iterator[Row]:
    """Compare a home with a lot of profiles and sessions to one with next to none."""
    lines = (
        ("A stored session", ["--shell", "bash"], 1.1),
        ("`mfaenv init bash`", ["init", "bash"], 1.1),
        ("`mfaenv doctor`", ["doctor"], 2),
    )
    for what, arguments, limit in lines:
        few, many = (scene.mfaenv(*arguments, stage=stage) for stage in (scene.few, scene.many))
        yield _grown(what, scene.turns({FEW: few, OURS: many}, slow=limit > 1.1), limit)


def _tab(scene: Scene) -> Iterator[Row]:
    """Measure what a shell waits for when Tab is pressed: the program, as its completion starts it."""
    few, many = (
        scene.mfaenv("complete", "zsh", "mfaenv", "-p", "", stage=stage) for stage in (scene.few, scene.many)
    )
    turns = scene.turns({BARE: scene.python(), FEW: few, OURS: many})
    yield ratio("Tab on a profile's name with 1,000 of them", turns, BARE, 1.5)
    yield _grown("Tab on a profile's name", turns, 1.1)


def _crowd(scene: Scene) -> Iterator[Row]:
    """Compare many processes at once, with nothing stored, to many bare interpreters."""
    bare, env = f"{CROWD} bare interpreters", scene.few.env
    python = partial(timing.crowd, [scene.programs.python, "-c", "pass"], env, CROWD)
    cases = (
        (f"{CROWD} at once with nothing stored: `mfaenv --token-code …`", CROWD, CODE, 0),
        (f"The same wrong code given to {CROWD // 3} at once", CROWD // 3, WRONG, 1),
    )
    for what, number, code, status in cases:
        line = scene.line("--token-code", code, "--shell", "bash")
        ours = partial(timing.crowd, line, env, number, status=status)
        yield ratio(what, timing.Turns(REPEATS, {bare: python, OURS: scene.anew(ours)}), bare, 4)
    scene.sign_in()


def _chain(scene: Scene) -> Iterator[Row]:
    """Compare a profile behind many roles to one behind one, with nothing stored."""
    lines = {
        number: scene.line("-p", role_name(number), "--token-code", CODE, "--shell", "bash")
        for number in (1, CHAINED)
    }

    def measured(number: int) -> Callable[[], float]:
        def measure() -> float:
            scene.chain.forget()
            return timing.whole(lines[number], scene.chain.env)

        return measure

    one = "one role"
    turns = scene.turns({one: measured(1), OURS: measured(CHAINED)}, slow=True)
    yield ratio(f"A chain of {CHAINED} roles", turns, one, 3)
    peaks = {number: median(_peak_anew(scene, lines[number]) for _ in range(REPEATS)) for number in lines}
    more = (peaks[CHAINED] - peaks[1]) / 1024
    yield Row("Its memory", f"{more:+.1f} MiB beside {one}", "at most +10 MiB", more <= 10)


def _line(scene: Scene) -> Iterator[Row]:
    """Compare a config file with a very long line, which is wrong, to one with a hundredth of it."""
    arguments = ("--shell", "bash", "--no-input")
    turns = scene.turns(
        {
            SHORT: scene.mfaenv(*arguments, stage=scene.damaged(BLANKS // 100), status=1),
            OURS: scene.mfaenv(*arguments, stage=scene.damaged(BLANKS), status=1),
        },
        slow=True,
    )
    yield ratio(f"A line of {BLANKS:,} blanks in a config file", turns, SHORT, 2)


def _peak_anew(scene: Scene, line: list[str]) -> int:
    scene.chain.forget()
    return timing.peak(scene.programs.python, line, scene.chain.env)


def _grown(what: str, turns: timing.Turns, limit: float) -> Row:
    return ratio(f"{what} with 1,000 profiles and sessions", turns, FEW, limit)
