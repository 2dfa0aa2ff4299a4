"""From options, environment and AWS files to a Request, and to how its session may be got."""

import time

from mfaenv import command_line, duration, suggest
from mfaenv.aws import address
from mfaenv.config import awsfiles, role_sessions, roles, shell_settings, sources
from mfaenv.config.awsfiles import AwsFiles, Section, short
from mfaenv.config.names import profiles
from mfaenv.errors import FAILED, USAGE, MfaenvError, join_names, wrong_usage
from mfaenv.fast import catalog, environment, parse
from mfaenv.fast.parse import Env, Options
from mfaenv.model import NO_VALUE, Acquisition, Hop, Keys, Origin, Provider, Request, Span, Value
from mfaenv.terminal.text import code_digits

SERVICES = ("sts", "iam", "s3")  # that we call with the long-term keys and their session
STDIN = "-"  # as --token-code


def resolve(options: Options, env: Env, files: AwsFiles) -> Request:
    """Settle all that the session depends on; `env` is without an earlier session's settings. Raise MfaenvError."""
    profile = lookup_value(options, env, "profile")
    name = profile.text or parse.DEFAULT
    chain, provider, keys = _source(options, env, files, profile)
    source = chain.profiles[-1]
    region = _region(options, env, name, files)
    endpoints = {service: _endpoint(env, (source, name), files, service) for service in SERVICES}
    _call_region(region, region, endpoints["sts"])
    length = _span({} if chain.hops else options, env, "duration")  # with a role, --duration is for the role
    duration.check(length.seconds, duration.GET_SESSION_TOKEN_SECONDS, length.source, "a session")
    hops = _with_durations(options, role_sessions.named_and_tagged(chain.hops, env, files))
    hops = role_sessions.limited(options, name, hops, files)
    variables, warning = shell_settings.of_profile(name, env, files, region.text)
    serial = lookup_value(options, env, "serial_number")
    request = Request(
        profile=profile if profile.text else Value(name, "default"),
        config_profile=source if source in files.profiles else None,
        profiles=chain.profiles,
        provider=provider,
        keys=keys,
        process=_setting(provider, source, files) if provider is Provider.PROCESS else NO_VALUE,
        program=files.program(source) if provider is Provider.PROCESS else "",
        device=_option_or_setting(serial, "mfa_serial", chain.profiles, files),
        account="",
        region=region,
        session_region=_call_region(_region(options, env, source, files), region, endpoints["sts"]),
        endpoints=endpoints,
        ca_bundle=files.section(name).get("ca_bundle", ""),
        duration=length,
        min_remaining=_min_remaining(options, env, length, hops),
        hops=tuple(_with_region(hop, region, env, (hop.profile, name), files) for hop in hops),
        variables=tuple(variables.items()),
        warning=warning,
    )
    sources.refuse_ended(request, files, time.time())
    return request


def _source(
    options: Options, env: Env, files: AwsFiles, profile: Value
) -> tuple[roles.Chain, Provider, Keys | None]:
    """Return the chain of roles, and what gives the source profile's credentials. Raise MfaenvError."""
    keys = _environment_keys(profile, env)
    name = profile.text or parse.DEFAULT
    web = keys is None and sources.is_web_identity(env, profile)
    is_named = _is_named(profile, env)
    by_machine = not is_named and any(map(env.get, sources.MACHINE_VARIABLES))
    if keys is None and name not in files.profiles and not (by_machine or (web and name == parse.DEFAULT)):
        if not profile.text:
            _refuse_environment(env, files)
        if is_named or files.profiles:  # else the machine may have a role
            raise unknown_profile(files, name, profile.source)
    chain = roles.chain(files._replace(profiles={}) if keys else files, name, parse.text(options, "role_arn"))
    provider, keys = (Provider.LONG_TERM, keys) if keys else sources.of_chain(files, chain, env, web=web)
    if provider is Provider.MACHINE and not profile.text:
        _refuse_environment(env, files)
    return chain, provider, keys


def lookup_value(options: Options, env: Env, name: str) -> Value:
    """Return the value of an option or its variable."""
    text, source = parse.lookup(options, env, name)
    origin = Origin.OPTION if options.get(name) else Origin.VARIABLE
    return Value(text, source, origin) if text else NO_VALUE


def _environment_keys(profile: Value, env: Env) -> Keys | None:
    """Return the environment's long-term keys, where no profile is named but by a session of the default one."""
    return None if _is_named(profile, env) else sources.environment_keys(env)


def _is_named(profile: Value, env: Env) -> bool:
    """Return whether a person names a profile, and not a session of the default one that mfaenv has set."""
    is_left = sources.profile_is_ours(profile.source, env) and profile.text == parse.DEFAULT
    return bool(profile.text) and not is_left


def load_files(options: Options, env: Env) -> AwsFiles:
    """Read the AWS files, which need not be readable where the environment's keys count, as in botocore."""
    keys = _environment_keys(lookup_value(options, env, "profile"), env)
    return awsfiles.load(env, must_be_readable=keys is None)


def _refuse_environment(env: Env, files: AwsFiles) -> None:
    if environment.temporary_keys(env):
        wrong = "The keys in the environment belong to a session already; a new one takes long-term keys."
        where = short(files.credentials)
        raise MfaenvError(wrong, f"Name a profile with -p, or put long-term keys under [default] in {where}.")
    if env.get("AWS_ACCESS_KEY_ID") or env.get("AWS_SECRET_ACCESS_KEY"):
        wrong = "Only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set."
        raise MfaenvError(wrong, "Set both, or name a profile with -p.")


def refuse_unknown(name: str, env: Env) -> None:
    """Raise MfaenvError where other profiles have a name in the AWS files; an empty one, and this shell's, count."""
    others = profiles(env)
    if others and name not in {*others, "", parse.DEFAULT, env.get(environment.PROFILE)}:
        raise unknown_profile(awsfiles.load(env), name, "")


def unknown_profile(files: AwsFiles, name: str, source: str) -> MfaenvError:
    """Return the error for a profile in neither file."""
    names, config, credentials = sorted(files.profiles), short(files.config), short(files.credentials)
    title = files.title_to_write(name)
    hint = title or suggest.advice(name, names, f"There are these: {join_names(names)}.")[0]
    if source == environment.PROFILE:  # it may be an earlier session's, or of `export $(mfaenv)`
        remove = "eval $(mfaenv unset)" if name.endswith("&&") else "mfaenv unset"
        hint = f"{hint} `{remove}` removes {source}."
    wrong = f"There is no profile '{name}'" + (f" ({source})" if source else "")
    if not (config or credentials):
        return MfaenvError(f"{wrong}: no AWS file is named.", "Set HOME or AWS_CONFIG_FILE.")
    wrong = f"{wrong} in {config} or {credentials}."
    if not names and not title:
        return MfaenvError(f"{wrong} This makes it:", command=command_line.aws_configure(name))
    return MfaenvError(wrong, hint)


def _region(options: Options, env: Env, name: str, files: AwsFiles) -> Value:
    # An earlier session's region is not the next profile's.
    chosen = lookup_value(options, environment.own_regions(env), "region")
    own = Value(files.section(name).get("region", ""), f"profile {name}", Origin.PROFILE)
    return chosen if chosen.text else own


def _call_region(own: Value, region: Value, endpoint: Value) -> str:
    """Return a profile's own region where it is valid, else the wanted one, which must be."""
    of_aws = not endpoint.text
    wrong = roles.region_error(own, of_aws=of_aws)
    if region.text and (wrong or not own.text):
        own, wrong = region, roles.region_error(region, of_aws=of_aws)
    if wrong:
        raise wrong
    return own.text


def _option_or_setting(chosen: Value, setting: str, profiles: tuple[str, ...], files: AwsFiles) -> Value:
    values = (_setting(setting, name, files) for name in profiles)
    return next((value for value in (chosen, *values) if value.text), NO_VALUE)


def _setting(setting: str, name: str, files: AwsFiles) -> Value:
    return Value(files.section(name).get(setting, ""), f"{setting} of profile {name}", Origin.PROFILE)


def _min_remaining(options: Options, env: Env, session: Span, hops: tuple[Hop, ...]) -> Span:
    least = _span(options, env, "min_remaining")
    of_role = Span(duration.ROLE_DEFAULT, "a role's default")
    shortest = min([session, *(hop.duration or of_role for hop in hops[-1:])])
    if least.seconds > shortest.seconds:
        hint = f"This one lasts {duration.text(shortest.seconds)} ({shortest.source or '--duration'})."
        asked = duration.text(least.seconds)
        raise wrong_usage(f"{least.source}: {asked} is more than a new session lasts.", hint)
    return least


def _span(options: Options, env: Env, name: str) -> Span:
    text, source = parse.lookup(options, env, name)
    return Span(duration.seconds(text or catalog.OPTIONS[name].default, source), source)


def _with_durations(options: Options, hops: tuple[Hop, ...]) -> tuple[Hop, ...]:
    asked = _span(options, {}, "duration") if hops and options.get("duration") else None
    if asked:
        hops = (*hops[:-1], hops[-1]._replace(duration=asked))
    for number, hop in enumerate(hops):
        if hop.duration:
            limits = duration.CHAINED_ROLE_SECONDS if number else duration.ASSUME_ROLE_SECONDS
            what = "a role that is assumed from another role" if number else "a role"
            status = USAGE if hop.duration is asked else FAILED
            duration.check(hop.duration.seconds, limits, hop.duration.source, what, status)
    return hops


def _with_region(hop: Hop, region: Value, env: Env, names: tuple[str, str], files: AwsFiles) -> Hop:
    """Settle where a role is assumed: the user's choice, else its profile's region, else the wanted one's."""
    own = Value(hop.region if region.origin is Origin.PROFILE else "", f"profile {hop.profile}")
    endpoint = _endpoint(env, names, files, "sts")
    return hop._replace(region=_call_region(own, region, endpoint), endpoint=endpoint.text)


def _endpoint(env: Env, names: tuple[str, str], files: AwsFiles, service: str) -> Value:
    first, other = (files.section(name) for name in names)
    is_usable = first is other or files.services_of(first) is not None
    value = endpoint(env, first, files, service) if is_usable else NO_VALUE
    if not value.text and not shell_settings.is_ignored(env, first):
        value = endpoint(env, other, files, service)
    # The others are not always called, and botocore checks theirs.
    return value._replace(text=address.checked(value.text)) if service == "sts" else value


def endpoint(env: Env, section: Section, files: AwsFiles, service: str) -> Value:
    """Return a service's configured endpoint in botocore's order; NO_VALUE without one. Raise MfaenvError.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    if shell_settings.is_ignored(env, section):
        return NO_VALUE
    for variable in (f"{environment.ADDRESS}_{service.upper()}", environment.ADDRESS):
        if env.get(variable):
            return Value(env[variable], variable)
    services = files.services_of(section)
    if services is None:
        name = section["services"]
        wrong = f"There is no section [services {name}], which a profile names."
        raise MfaenvError(wrong, f"Add it to {short(files.config)}, or remove services = {name}.")
    url = awsfiles.nested(services.get(service, "")).get("endpoint_url") or section.get("endpoint_url", "")
    return Value(url, "endpoint_url") if url else NO_VALUE


def acquisition(options: Options, env: Env, request: Request, files: AwsFiles) -> Acquisition:
    """Settle how the session for a request may be got. Raise MfaenvError (usage)."""
    command = lookup_value(options, env, "token_command")
    return Acquisition(
        token_code=token_code(options, env),
        token_command=_option_or_setting(command, "mfa_process", request.profiles, files),
        ask=_ask(options, env),
        refresh="refresh" in options,
        cached="cached" in options,
        no_input="no_input" in options or bool(env.get(environment.NO_INPUT)),
    )


def token_code(options: Options, env: Env) -> Value:
    """Return the code of an option or its variable. Raise MfaenvError (usage) for what is none."""
    code = lookup_value(options, env, "token_code")
    if code.origin is Origin.VARIABLE and options.keys() & {"token_command", "cached"}:
        return NO_VALUE
    return code if code.text in {"", STDIN} else code._replace(text=checked_code(code.text, code.source))


def checked_code(text: str, source: str) -> str:
    """Return the six digits. Raise MfaenvError (usage), without the text."""
    if not (digits := code_digits(text)):
        raise wrong_usage(f"{source}: a code is six digits.", "It is what the device shows, in ASCII digits.")
    return digits


def _ask(options: Options, env: Env) -> Value:
    ask = lookup_value(options, env, "ask")
    row, windows = catalog.OPTIONS["ask"], catalog.WINDOWS if ask.origin is Origin.VARIABLE else ()
    if not ask.text:
        return Value(row.default, "")
    if ask.text in windows:
        return ask._replace(text="window")
    if ask.text not in row.choices:
        names = [*row.choices, *windows]
        advice = suggest.advice(ask.text, names, f"It takes {', '.join(names)}.")
        raise wrong_usage(f"{ask.source} does not know '{ask.text}'.", *advice)
    return ask
