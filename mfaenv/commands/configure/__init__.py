"""`mfaenv configure`: offer what is missing; what was taken stays if the person leaves."""

from mfaenv import shells
from mfaenv.aws import provider
from mfaenv.command_line import MFAENV
from mfaenv.commands.configure import programs, shell_file
from mfaenv.commands.configure.first_device import FirstDevice
from mfaenv.commands.configure.offers import Offers
from mfaenv.config import awsfiles, credential_process, resolve, shell_settings
from mfaenv.config.credential_process import PROCESS, SETTING, entry, other_program, session_profile
from mfaenv.config.names import file_paths, profile_of
from mfaenv.config.roles import chain, profile_behind_process, roles_of
from mfaenv.config.sources import profile_is_ours
from mfaenv.errors import DONE, MfaenvError, join_names
from mfaenv.fast import environment
from mfaenv.fast.parse import DEFAULT, Env, Options, Words
from mfaenv.model import BEFORE_PROCESS, NO_VALUE, Acquisition, Origin, Provider, Request, Value
from mfaenv.session import longterm
from mfaenv.session.cache import Context
from mfaenv.session.device import MissingDeviceError
from mfaenv.session.service import refuse_inside_exec
from mfaenv.session.sessions import Sessions
from mfaenv.store import Store
from mfaenv.terminal.terminal import INDENT, Terminal

WHERE_AWS_IS = (
    *("region", "endpoint_url", "services", "ignore_configured_endpoint_urls", "ca_bundle", "s3"),
    *shell_settings.VARIABLE_OF_SETTING,
)


def run(options: Options, _words: Words, env: Env) -> int:
    """Offer what is missing. Raise MfaenvError; KeyboardInterrupt."""
    refuse_inside_exec(env)
    terminal = Terminal.for_options(options, env)
    offers = Offers(terminal, file_paths(env)[0], dry_run="dry_run" in options, yes="yes" in options)
    offers.check()
    sentence, function, line = _offer_all(options, environment.without_settings(env), offers)
    if not offers.shown:
        terminal.note("All is set up: nothing to do.")
    elif offers.made:
        terminal.note(sentence, line)
        if function:  # of a new window, whatever the PATH is here
            terminal.print_lines(f"{INDENT}{function}")
    return DONE


def _offer_all(options: Options, env: Env, offers: Offers) -> tuple[str, str, str]:
    """Return what to say at the end, and what gets a session: the shell's function, or a line."""
    store = Store.of(env)
    store.check()
    files = awsfiles.load(env)
    named = resolve.lookup_value(options, env, "profile")
    if env.get(environment.KEY) and profile_is_ours(named.source, env):
        named = NO_VALUE  # the session that the shell has is no choice of what to set up
    if named.text and named.text not in files.profiles:
        raise resolve.unknown_profile(files, named.text, named.source)
    name = profile_behind_process(files, named.text or _choose_profile(files, offers))
    if named.origin is Origin.VARIABLE:  # only -p sets up a role
        name = chain(files, name, "").profiles[-1]
    request = resolve.resolve({**options, "profile": name}, env, files)
    if request.keys is None and not request.process.text:
        raise _needs_no_code(request, files)
    acquisition = resolve.acquisition(options, env, request, files)
    request = _offer_device(request, acquisition, files, offers, store)
    if not acquisition.token_command.text and (command := programs.find(request, env, offers)):
        why = "A program that gives the code. Who has both it and the key needs no device:"
        settings = {request.source_profile: {"mfa_process": command}}
        offers.settings(why, settings, lambda: programs.gives_code(command, offers.terminal))
    offers.settings("A path that cannot be run any more:", credential_process.moved(files.of_config, env))
    _offer_sources(request.profile.text, _offer_process(request, files, env, offers), files, offers)
    profile, default = request.profile.text, files.section(DEFAULT)
    # A default that is a role, or signs in, stays what a new window has.
    started = profile if options.get("profile") or BEFORE_PROCESS.isdisjoint(default) else DEFAULT
    source = profile_behind_process(files, default.get("source_profile", ""))
    typed = started if source == profile else profile
    is_plain = typed == DEFAULT and not (
        options.get("profile") and any(map(env.get, environment.PROFILE_VARIABLES))
    )
    line = (MFAENV,) if is_plain else (MFAENV, "-p", typed)
    shell = shell_file.calling_shell(env, offers.terminal)
    if env.get(environment.DEMO):
        offers.terminal.note("Your shell's startup file is left alone, since this is a demo.")
    else:
        shell_file.offer_direnv(env, offers, store)
        if shell and (words := shell_file.offer(shell, started, line, env, offers)):
            return "Done. Open a new window, and when you need a session, type:", shells.join(words), ""
    command = shells.loading_line(shell, line) if shell else shells.join(line)
    return "Done. When you need a session, type:", "", command


def _needs_no_code(request: Request, files: awsfiles.AwsFiles) -> MfaenvError:
    if request.provider is Provider.MACHINE:
        return provider.no_keys(request.source_profile, files.profiles)
    wrong = f"Profile {request.profile.text} needs no code: it has no long-term keys ({request.provider})."
    return MfaenvError(wrong, "Name another one with -p.")


def _choose_profile(files: awsfiles.AwsFiles, offers: Offers) -> str:
    commands = {name: section.get(SETTING, "") for name, section in files.profiles.items()}
    usable = [name for name in commands if files.long_term_key(name) or entry(commands[name])]
    slips = [name for name in usable if name not in files.of_config and profile_of(name) not in {None, name}]
    if slips and slips == usable:
        raise provider.no_keys(profile_of(slips[0]) or "", files.profiles)
    usable = [name for name in usable if name not in slips]
    usable = usable or [name for name, command in commands.items() if other_program(command)]
    if not usable:
        raise provider.no_keys("", files.profiles)
    if len(usable) == 1:
        return usable[0]
    if offers.asking:
        return offers.terminal.choose("Several profiles have keys. Which one?", usable)
    if DEFAULT in usable:
        return DEFAULT
    raise MfaenvError(f"Several profiles have keys: {join_names(usable)}.", "Name one with -p.")


def _offer_device(
    request: Request, acquisition: Acquisition, files: awsfiles.AwsFiles, offers: Offers, store: Store
) -> Request:
    if any(_has_device(request.device, name, files) for name in request.profiles):
        return request
    offers.check_writable(request.profile.text)
    request = longterm.with_long_term_keys(request, offers.terminal)
    keys, terminal, first = request.keys, offers.terminal, None
    if keys is None:
        raise _needs_no_code(request, files)
    try:
        looking = Context(store, terminal, acquisition._replace(no_input=not offers.asking))
        request = Sessions(looking).with_device(request)
    except MissingDeviceError as missing:
        if offers.dry_run:
            terminal.note(f"{missing.message.partition('. ')[0]}: without --dry-run, one is made.")
            return request
        first = FirstDevice(missing, request, keys, offers, store)
        request = request._replace(device=Value(first.make(), "made"), account=missing.user.account)
        # A code that was given and a stored session are of another device.
        acquisition = acquisition._replace(token_code=NO_VALUE, token_command=NO_VALUE, refresh=True)
        terminal.note("The next code proves that the device works.")
    except MfaenvError as error:
        if not offers.dry_run:
            raise
        terminal.error(error)
        return request
    if not offers.dry_run:
        session = Sessions(Context(store, terminal, acquisition)).get(request._replace(hops=()))
        if first and session:
            first.delete_unused(session)
    source, values = request.source_profile, {"mfa_serial": request.device.text}
    offers.settings(f"The MFA device of profile {source}:", {source: values})
    return request


def _has_device(device: Value, name: str, files: awsfiles.AwsFiles) -> bool:
    former = files.section(name).get("mfa_serial", "")
    if former and device.origin is Origin.OPTION and device.text != former:
        raise MfaenvError(
            f"Profile {name} has another device: mfa_serial = {former}.", "Correct or remove that first."
        )
    return bool(former)


def _offer_process(request: Request, files: awsfiles.AwsFiles, env: Env, offers: Offers) -> str:
    name = request.profile.text
    for other, section in files.profiles.items():
        if session_profile(section.get(SETTING, "")) == name:
            return other
    new, command = f"{name}-mfa", credential_process.line(name, env, PROCESS)
    if new in files.profiles:
        what = f"Profile {new} exists already, with other settings: it is left alone."
        offers.terminal.note(f"{what} Rename it, or write a profile with:", f"{SETTING} = {command}")
        offers.shown += 1
        return ""
    section = files.section(name)
    section = {**section, "region": section.get("region") or request.region.text}
    values = {SETTING: command, **{key: section[key] for key in WHERE_AWS_IS if section.get(key)}}
    made = offers.settings(f"Profile {new}, for programs outside this shell:", {new: values})
    return new if made or offers.dry_run else ""


def _offer_sources(name: str, source: str, files: awsfiles.AwsFiles, offers: Offers) -> None:
    changes: dict[str, dict[str, str | None]] = {}
    roles, own = roles_of(files, name) if source else [], files.section(name)
    if own.get("role_arn") and awsfiles.has_keys(own):
        if roles := [role for role in roles if not files.section(role).get("mfa_serial")]:
            which = f"{join_names(roles)} with the keys of {name}; {source} gives its role instead"
            offers.terminal.note(f"Programs assume {which}. With an mfa_serial, they ask for a code.")
            offers.shown += 1
        return
    for role in roles:
        if files.of_credentials.get(role, {}).keys() & {"source_profile", "mfa_serial"}:
            more = ", and remove its mfa_serial" if files.section(role).get("mfa_serial") else ""
            where = awsfiles.short(files.credentials)
            offers.terminal.note(f"Role {role} is in {where}: write source_profile = {source} there{more}.")
            offers.shown += 1
            continue
        # With an mfa_serial, programs would ask for a code.
        changes[role] = {"source_profile": source, "mfa_serial": None}
    if changes:
        why = f"With {source} as their source, all programs can use profiles {join_names([*changes])}:"
        offers.settings(why, changes)
