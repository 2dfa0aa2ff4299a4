"""`mfaenv console`: the AWS console in the browser, signed in with a role's session."""

from contextlib import suppress

from mfaenv.aws import address, client, regions, signin
from mfaenv.config import resolve
from mfaenv.errors import DONE, MfaenvError
from mfaenv.fast import parse, secrets_to_stdout
from mfaenv.fast.entry import Session, account_of
from mfaenv.fast.parse import Env, Options, Words
from mfaenv.model import Keys, Provider, Request
from mfaenv.serving import browser
from mfaenv.session import device, longterm, remembered, service
from mfaenv.terminal.terminal import Terminal

GIVE_ANY_SESSION = {Provider.TEMPORARY, Provider.LOGIN, Provider.PROCESS}
"""What gives a role's session or a user's: AWS tells which."""


def run(options: Options, _words: Words, env: Env) -> int:
    """Open the console, or print the link to it. Raise MfaenvError."""
    resolved = service.resolve_request(options, env)
    env, request = resolved.env, resolved.request
    terminal = Terminal.for_options(options, env)
    service.warn_of_lost_limit(options, terminal, "the console")
    filled = remembered.filled_in(request, resolved.store)
    if filled.keys and not request.hops:
        raise _users_own(resolved, *_whose(resolved, filled.keys))
    section = resolved.files.section(request.profiles[0])
    endpoint = address.checked(resolve.endpoint(env, section, resolved.files, "signin").text)
    if endpoint:
        address.refuse_http(endpoint, env)
    arn = request.hops[-1].role_arn if request.hops else section.get("role_arn", "")
    at = signin.console(request.region.text, arn, endpoint)
    page = signin.page(parse.text(options, "destination"), at)
    open_link = None if options.get("print_link") else browser.find(env)
    session = _role_session(resolved, filled, terminal)
    terminal.detail("sign-in", address.shown(at.sign_in), "")
    terminal.detail("page", page, "")
    # With the profile's settings, where a file has it.
    profile = request.profiles[0] if request.profiles[0] in resolved.files.profiles else None
    link = signin.link(at, client.session(profile), session, page)
    if open_link is None:
        secrets_to_stdout(f"{link}\n".encode())
    else:
        open_link(link)
        role = f" as role {arn.partition(':role/')[2]} of account {account_of(arn)}" if request.hops else ""
        terminal.note(f"The browser opens the console{role}.")
    return DONE


def _role_session(resolved: service.Resolved, filled: Request, terminal: Terminal) -> Session:
    """Return the session that signs in; `filled` is the request with what is remembered. Raise MfaenvError."""
    if filled.process.text and not filled.hops:
        keys = longterm.load_keys(filled, terminal)
        if isinstance(keys, Keys):
            raise _users_own(resolved, *_whose(resolved, keys))
    else:
        keys = resolved.get_session(terminal)
    if not filled.hops and filled.provider in GIVE_ANY_SESSION:
        who = device.identify(resolved.request, keys)
        if who.user or who.is_root or not keys.token:
            raise _users_own(resolved, who.partition, who.account)
    return keys


def _whose(resolved: service.Resolved, keys: Keys) -> tuple[str, str]:
    """Return long-term keys' partition and account, each empty where unknown."""
    request = remembered.filled_in(resolved.request._replace(keys=keys), resolved.store)
    account = request.account
    if keys.secret_key and not account:
        with suppress(MfaenvError):
            account = device.identify(request, keys).account
    return regions.find_partition(request.session_region, request.device.text), account


def _users_own(resolved: service.Resolved, partition: str, account: str) -> MfaenvError:
    """Return the error for a user's session: "Only federation tokens or assume role tokens may be used", AWS says."""
    with_roles = resolved.files.with_roles("role_arn", "sso_role_name")
    with_role = f"Use a profile with a role (-p {with_roles})"
    there = with_role if with_roles else "No profile has a role_arn: add one"
    name = resolved.request.profile.text
    wrong = f"AWS opens the console for a role's session only; profile {name} has a user's session."
    return MfaenvError(wrong, f"{there}, or sign in at {signin.account_page(partition, account)}")
