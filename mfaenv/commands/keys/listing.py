"""`mfaenv keys`: where long-term keys are and, with a stored session, their age and last use."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mfaenv.aws import client, provider, sts
from mfaenv.aws.iam import AccessKeys
from mfaenv.command_line import MFAENV, to_type, with_own_name
from mfaenv.config import awsfiles, credential_process, resolve, sources
from mfaenv.errors import DONE, MfaenvError
from mfaenv.fast import environment, parse, text_to_stdout, to_stdout
from mfaenv.fast.parse import Env, Options
from mfaenv.model import Provider
from mfaenv.session import longterm, remembered
from mfaenv.session.cache import Context
from mfaenv.session.keychain import KeychainEntry
from mfaenv.session.sessions import Sessions
from mfaenv.store import Store
from mfaenv.terminal.terminal import Terminal
from mfaenv.terminal.text import Styled, Table

HEADINGS = ("Profile", "Where", "Access key ID", "Age", "Last used")
KEPT = (HEADINGS[0], *HEADINGS[2:])


@dataclass
class _KeyRow:
    """A listed key, with the fields of `--json` (`mfaenv help scripts`); None is not known."""

    profile: str | None
    place: str
    source: str
    access_key_id: str | None = None
    active: bool | None = None
    created: str | None = None
    age_days: int | None = None
    last_used: dict[str, str] | None = None
    problem: MfaenvError | None = None

    def ask_iam(self, env: Env, files: awsfiles.AwsFiles, context: Context) -> None:
        """Fill in what IAM knows, where a session is stored to ask with. Raise MfaenvError."""
        options: Options = {"profile": self.profile} if self.profile else {}
        request = resolve.resolve(options, env, files)._replace(hops=())
        session = Sessions(context).stored(request)
        if not session or session.source != self.access_key_id:
            return
        settings = client.settings_of(request, session.device)
        with context.terminal.progress() as show:
            show(f"Asking IAM about the keys of profile {request.profile.text}")
            who = sts.identity(client.client("sts", settings, session), session)
            iam = AccessKeys(settings, session, who)
            key = next((key for key in iam.list_keys() if key.id == self.access_key_id), None)
            if key is None:
                raise MfaenvError("IAM lists no such key of this user.")
            self.active = key.active
            self.created = environment.timestamp(int(key.created))
            self.age_days = max(0, int((time.time() - key.created) // 86_400))  # AWS's clock may be ahead
            self.last_used = iam.last_use(key.id)

    def as_data(self) -> dict[str, Any]:
        wrong = self.problem
        return {**vars(self), "problem": wrong and f"{wrong.message} {wrong.command}".rstrip()}

    def cells(self) -> tuple[str, ...]:
        age = "-" if self.age_days is None else f"{self.age_days}d"
        last = "-" if self.age_days is None or self.problem else "never"
        if self.active is False:
            age += ", inactive"
        if self.last_used:
            last = f"{self.last_used['at'][:10]} {self.last_used['service']}"
        where = "the keychain" if self.place == "keychain" else self.source
        return self.profile or "-", where, self.access_key_id or "not known yet", age, last


def run(options: Options, env: Env) -> int:
    """List the keys. Raise MfaenvError where a file or the store cannot be read."""
    files, terminal = awsfiles.load(env), Terminal.for_options(options, env)
    context = Context(Store.of(env), terminal)
    context.store.check()
    profile = parse.text(options, "profile")
    if profile and profile not in files.profiles:
        raise resolve.unknown_profile(files, profile, "-p")
    rows = [row for row in _rows(env, files, context) if profile in {"", row.profile}]
    for row in rows:
        try:
            if row.access_key_id:
                row.ask_iam(env, files, context)
        except MfaenvError as error:
            row.problem = row.problem or error
    if options.get("as_json"):
        to_stdout((json.dumps({"version": 1, "keys": [row.as_data() for row in rows]}) + "\n").encode())
    elif rows:
        _show(rows, terminal)
    else:
        none = provider.no_keys(profile, files.profiles)
        lines = [none.message, none.hint or none.command]
        if profile and resolve.resolve({"profile": profile}, env, files).provider is not Provider.MACHINE:
            lines = [f"Profile {profile} has no long-term keys of its own."]
        text_to_stdout(terminal.drawn(*lines))
    return DONE


def _show(rows: Sequence[_KeyRow], terminal: Terminal) -> None:
    parts: list[Table | Styled] = [Table("Long-term keys", HEADINGS, tuple(row.cells() for row in rows), KEPT)]
    for row in rows:
        if row.problem:
            parts.append(Styled(f"{row.profile or 'The environment'}: {row.problem.message}"))
            if row.problem.command:
                parts.append(Styled(f"  {with_own_name(row.problem.command, terminal.env)}", unbroken=True))
    text_to_stdout(terminal.drawn(*parts))
    explained = {row.profile for row in rows if row.created or row.problem}
    ageless = next((row for row in rows if row.access_key_id and row.profile not in explained), None)
    if ageless and Store.of(terminal.env).can_be_written():
        line = to_type("exec", *(("-p", ageless.profile) if ageless.profile else ()), "--", MFAENV, "keys")
        terminal.note("Ages and last use come from IAM, which wants a session. With one:", line)


def _rows(env: Env, files: awsfiles.AwsFiles, context: Context) -> Iterator[_KeyRow]:
    for name, section in files.profiles.items():
        command = section.get(credential_process.SETTING, "")
        last_key = remembered.access_key(context.store, files.program(name)) or None
        if key := files.long_term_key(name):
            yield _KeyRow(name, "file", awsfiles.short(files.used_file(name)), key)
        if entry := credential_process.entry(command):  # the file's keys, where there are both, count
            row = _KeyRow(name, "keychain", "the keychain", last_key)
            try:
                place = KeychainEntry(entry, context.terminal)
                keys, row.source = place.load(), place.title
                row.access_key_id = keys.access_key if keys else None
                row.problem = None if keys else longterm.missing_entry(entry)
            except MfaenvError as error:
                row.problem = error
            yield row
        elif not files.used_file(name) and (program := credential_process.other_program(command)):
            yield _KeyRow(name, "process", program, last_key)
    try:
        if keys := sources.environment_keys(env):
            yield _KeyRow(None, "environment", keys.source, keys.access_key)
    except MfaenvError as error:
        yield _KeyRow(None, "environment", "the environment", problem=error)
