"""The environment of what `mfaenv exec --serve` and `--only` start: an address for credentials, or one profile alone.

Programs that are given no profile read `[default]`, and take its keys before an address. So where it has some,
the program gets copies of both files without any keys.
"""

import locale
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress

from mfaenv import shells
from mfaenv.aws.client import ROLE_SETTINGS
from mfaenv.command_line import same_command, with_own_name
from mfaenv.commands.credential_server import CredentialServer
from mfaenv.commands.init import KEPT_FILES
from mfaenv.commands.private_folder import explain_failure, private_folder
from mfaenv.config import awsfiles, names
from mfaenv.config.credential_process import SETTING, session_profile
from mfaenv.config.sources import GIVE_CREDENTIALS, HIDDEN
from mfaenv.errors import MfaenvError
from mfaenv.fast import FILE_VARIABLES, direnv, environment
from mfaenv.fast.entry import Session
from mfaenv.fast.parse import DEFAULT, Env, Options
from mfaenv.model import Keys, Request, Value
from mfaenv.session import service
from mfaenv.session.cache import Context
from mfaenv.session.service import Resolved
from mfaenv.session.sessions import Sessions
from mfaenv.shells import detect
from mfaenv.store import private_files
from mfaenv.terminal import coredump
from mfaenv.terminal.terminal import Terminal

TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"  # noqa: S105 - the name of a variable

OVERRIDING_VARIABLES = (
    "AWS_ACCESS_KEY",  # these two are the Go SDK's and the Java SDK's
    "AWS_SECRET_KEY",
    "AWS_CREDENTIAL_FILE",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    environment.ADDRESS_OF_KEYS,
    TOKEN,
)
"""What leads SDKs to other credentials, and sessions in shells neither set nor unset.

https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
"""

RENEWAL_OPTIONS = frozenset({"serial_number", "duration", *environment.OWN_SESSION})

KEY_SETTINGS = frozenset({awsfiles.ACCESS_KEY, awsfiles.SECRET_KEY, *awsfiles.TOKENS})
OF_NO_USE = GIVE_CREDENTIALS | ROLE_SETTINGS - {"region"}  # in a profile that has its credentials


@contextmanager
def of_program(options: Options, env: Env) -> Iterator[Mapping[str, str]]:
    """Yield the program's environment. Raise MfaenvError."""
    coredump.prevent()
    with ExitStack() as opened:
        resolved = service.resolve_request(options, env)
        terminal, by_key = Terminal.for_options(options, env), dict[str, Session]()
        session = resolved.get_session(terminal, by_key)
        resolved.warn(terminal)
        pairs = resolved.pairs(session, env)
        shells.check_lengths(pairs)
        programs = environment.changed([*pairs, *dict.fromkeys(OVERRIDING_VARIABLES).items()], env)
        programs, name = direnv.without_diff(programs), resolved.request.profile.text
        if options.get("serve"):
            server = opened.enter_context(_server(resolved, session, by_key, env))
            # The session's variables too, with the end, which is not that of an address.
            gone = *environment.CREDENTIALS, environment.KEY, environment.EXPIRES, environment.AWS_PROFILE
            programs = environment.changed([(name, None) for name in gone], programs)
            programs |= {environment.ADDRESS_OF_KEYS: server.url, TOKEN: server.token, environment.SERVED: name}
            programs |= _without_boto(env)
            server.remind(terminal)
        if options.get("only"):
            texts = _with_one_profile(name, resolved.files, Session() if options.get("serve") else session)
            programs |= opened.enter_context(_private(texts, f"of profile {name} alone", env))
            cache = os.path.join(os.path.dirname(programs[names.CONFIG_VARIABLE]), "cache")
            programs |= {"MFAENV_CACHE_DIR": cache, environment.ONLY: name}
        elif options.get("serve") and (texts := _without_keys(name, resolved.files, terminal)):
            programs |= opened.enter_context(_private(texts, "without keys", env))
        yield programs | {kept: programs.get(name, "") for name, kept in KEPT_FILES.items()}


def _server(resolved: Resolved, session: Session, by_key: dict[str, Session], env: Env) -> CredentialServer:
    options, request = resolved.options, _with_source(resolved.request, session)
    silent = Terminal.for_options({"quiet": True, "no_input": True}, env)
    sessions = Sessions(Context(resolved.store, silent), by_key)
    same = {name: value for name, value in options.items() if name in RENEWAL_OPTIONS}
    if "session_policy" in same:  # the other window may be in another folder
        same["session_policy"] = os.path.abspath(str(same["session_policy"]))
    command = same_command({"profile": request.profile.text, **same, "refresh": True})
    line = with_own_name(detect.loading_line(env, command), env)

    def resolve() -> Request:
        now = service.resolve_request(options, env).request
        base = sessions.base_session(now)
        return _with_source(now, base) if base.device == session.device else request

    return CredentialServer(sessions, request, resolve, session, line)


def _without_boto(env: Env) -> dict[str, str]:
    """Return the variable that hides boto's files, where one has keys: botocore takes these before an address."""
    for path in [env["BOTO_CONFIG"]] if env.get("BOTO_CONFIG") else ["/etc/boto.cfg", "~/.boto"]:
        with suppress(OSError, MfaenvError):
            sections = awsfiles.scan(os.path.expanduser(os.path.expandvars(path)), errors="replace").values()
            if awsfiles.ACCESS_KEY in sections.get("Credentials", {}):
                return {"BOTO_CONFIG": os.devnull}
    return {}


def _with_source(request: Request, session: Session) -> Request:
    """Return the request with the session's access key and device, so that no store has to remember them."""
    if not session.source:
        return request  # what needs no code
    keys = request.keys
    if not keys or keys.access_key != session.source:
        keys = Keys(session.source, "", "", request.process.source)
    return request._replace(keys=keys, device=Value(session.device, request.device.source or "found"))


def _without_keys(served: str, files: awsfiles.AwsFiles, terminal: Terminal) -> dict[str, str]:
    """Return the texts of both AWS files without keys, by variable, where [default] has some. Raise MfaenvError."""
    if GIVE_CREDENTIALS.isdisjoint(files.section(DEFAULT)):
        return {}
    hidden = _hidden(served, files)
    for path in sorted({files.keys_file(name) for name in hidden - {DEFAULT}} - {""}):
        terminal.note(f"The program gets no keys of {awsfiles.short(path)}, not even those of other profiles.")
    texts = {}
    for variable, path in zip(FILE_VARIABLES, (files.config, files.credentials), strict=True):
        # What cannot be read the program, which is this user's, cannot read either.
        copy = {}
        for title, section in awsfiles.read(path, must_be_readable=False).items():
            name = names.profile_of(title) if variable == names.CONFIG_VARIABLE else title
            gone = GIVE_CREDENTIALS if name in hidden else KEY_SETTINGS
            mark = HIDDEN if name in hidden - {DEFAULT, served} else {}
            copy[title] = {option: value for option, value in section.items() if option not in gone} | mark
        texts[variable] = awsfiles.to_text(copy)
    return texts


def _hidden(served: str, files: awsfiles.AwsFiles) -> set[str]:
    """Return the profiles with keys, and those that lead to one, but not by a process of ours for the served one."""
    hidden = {name for name, section in files.profiles.items() if not KEY_SETTINGS.isdisjoint(section)}
    more = {DEFAULT}
    while more:
        hidden |= more
        more = {
            name
            for name, section in files.profiles.items()
            if section.get("source_profile") in hidden
            or session_profile(section.get(SETTING, "")) in hidden - {served}
        } - hidden
    return hidden


def _with_one_profile(name: str, files: awsfiles.AwsFiles, keys: Session) -> dict[str, str]:
    section = {key: text for key, text in files.section(name).items() if key not in OF_NO_USE}
    services = section.get("services", "")
    sections = {DEFAULT: section, names.title_of(name): section}
    if services in files.services:
        sections[names.title_of(services, names.SERVICES_TITLE)] = files.services[services]
    values = {awsfiles.ACCESS_KEY: keys.access_key, awsfiles.SECRET_KEY: keys.secret_key}
    if keys.token:
        values["aws_session_token"] = keys.token
    return {
        names.CONFIG_VARIABLE: awsfiles.to_text(sections),
        names.CREDENTIALS_VARIABLE: awsfiles.to_text({DEFAULT: values, name: values} if keys else {}),
    }


@contextmanager
def _private(texts: Mapping[str, str], which: str, env: Env) -> Iterator[dict[str, str]]:
    variables = {}
    with ExitStack() as opened:
        with explain_failure(f"AWS files {which}"):
            folder = opened.enter_context(private_folder(env))
            for name, text in texts.items():
                path = variables[name] = str(folder / name.lower())
                private_files.create(path, text.encode(locale.getpreferredencoding(do_setlocale=False)))
        variables["AWS_CREDENTIAL_PROFILES_FILE"] = variables[names.CREDENTIALS_VARIABLE]  # of Java's SDK 1
        yield variables
