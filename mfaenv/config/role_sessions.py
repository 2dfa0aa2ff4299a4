"""How a role's session is named, tagged and limited: checked before a code is asked for.

aws-vault's settings are read as in its `vault/config.go`: a profile's own, else those of its `include_profile`,
else `[default]`'s; variables win, for the wanted profile alone. The limits are those of
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
"""

from collections.abc import Iterable, Mapping

from mfaenv.config.awsfiles import AwsFiles, Sections
from mfaenv.errors import MfaenvError, wrong_usage
from mfaenv.fast import parse
from mfaenv.fast.environment import LIMITS
from mfaenv.fast.parse import DEFAULT, Env, Options
from mfaenv.model import NO_VALUE, Hop, Value

NAME_LENGTHS, EXTERNAL_ID_LENGTHS = range(2, 64 + 1), range(2, 1224 + 1)
AWS_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-")
"""Of RoleSessionName and SourceIdentity; ExternalId has more."""

MAX_TAGS, MAX_KEY, MAX_VALUE = 50, 128, 256
TAG_CHARACTERS = frozenset("_.:/=+-@")  # beside letters, numbers and separators

MAX_POLICY, MAX_POLICY_ARNS = 2048, 10
MAX_POLICY_FILE = 1024 * 1024  # characters that are read: a file may have no end

SESSION_NAME, SOURCE_IDENTITY = "role_session_name", "source_identity"
TAGS, TRANSITIVE_TAGS = "session_tags", "transitive_session_tags"

VARIABLES = {
    SOURCE_IDENTITY: "AWS_SOURCE_IDENTITY",
    TAGS: "AWS_SESSION_TAGS",
    TRANSITIVE_TAGS: "AWS_TRANSITIVE_TAGS",
}


def named_and_tagged(hops: tuple[Hop, ...], env: Env, files: AwsFiles) -> tuple[Hop, ...]:
    """Return the hops with names, identities and tags. Raise MfaenvError."""
    result: list[Hop] = []
    values_of: list[dict[str, Value]] = []
    for hop in hops:
        is_wanted = hop is hops[-1]
        values = {setting: _inherited(files.profiles, hop.profile, setting) for setting in VARIABLES}
        if is_wanted:
            values |= {setting: Value(env[name], name) for setting, name in VARIABLES.items() if env.get(name)}
        values_of.append(values)
        name = checked(hop.session_name, f"{SESSION_NAME} of profile '{hop.profile}'")
        if is_wanted and not name:  # without any, the user's name is taken later
            name = checked(env.get("AWS_ROLE_SESSION_NAME", ""), "AWS_ROLE_SESSION_NAME")
        result.append(
            hop._replace(
                session_name=name,
                source_identity=checked(values[SOURCE_IDENTITY].text, values[SOURCE_IDENTITY].source),
                tags=_tags(values[TAGS].text, values[TAGS].source),
                transitive_tags=tuple(filter(None, map(str.strip, values[TRANSITIVE_TAGS].text.split(",")))),
            )
        )
    _check_chain(result, values_of)
    return tuple(result)


def _inherited(profiles: Sections, name: str, setting: str) -> Value:
    visited: set[str] = set()
    while name and name not in visited:
        visited.add(name)
        section = profiles.get(name, {})
        if section.get(setting):
            return Value(section[setting], f"{setting} of profile '{name}'")
        name = section.get("include_profile") or ("" if name == DEFAULT else DEFAULT)
    return NO_VALUE


def checked(text: str, source: str, lengths: range = NAME_LENGTHS, more: str = "") -> str:
    """Return a name or ID, which may be empty. Raise MfaenvError for a wrong one."""
    if not text or (len(text) in lengths and AWS_CHARACTERS.union(more).issuperset(text)):
        return text
    hint = f"Use {lengths[0]} to {lengths[-1]} characters from A-Z a-z 0-9 _+=,.@{more}-."
    raise MfaenvError(f"{source} is not valid.", hint)


def user_session_name(user: str) -> str:
    """Return a session's name after the user: the closest that AWS takes."""
    taken = "".join(sign if sign in AWS_CHARACTERS else "-" for sign in user)
    return taken[: NAME_LENGTHS[-1]].ljust(NAME_LENGTHS[0], "-")


def _tags(text: str, source: str) -> tuple[tuple[str, str], ...]:
    tags: dict[str, tuple[str, str]] = {}
    for part in text.split(",") if text else []:
        key, equals, value = (each.strip() for each in part.partition("="))
        wrong = "" if equals else f"'{part.strip()}' has no ="
        wrong = wrong or _wrong_tag(key, value) or (f"'{key}' is there twice" if key.lower() in tags else "")
        if wrong:
            raise MfaenvError(f"{source}: {wrong}.", "Write key=value, with commas between them.")
        tags[key.lower()] = (key, value)
    if len(tags) > MAX_TAGS:
        raise MfaenvError(f"{source}: AWS takes {MAX_TAGS} tags, and these are {len(tags)}.", "Leave some out.")
    return tuple(tags.values())


def _wrong_tag(key: str, value: str) -> str:
    if not key or len(key) > MAX_KEY:
        return f"a key has 1 to {MAX_KEY} characters, and '{key[:MAX_KEY]}' has {len(key)}"
    if len(value) > MAX_VALUE:
        return f"a value has at most {MAX_VALUE} characters, and that of '{key}' has {len(value)}"
    if key.lower().startswith("aws:"):
        return f"'{key}' begins with aws:, which is AWS's own"
    from unicodedata import category  # few profiles have tags

    others = (sign for sign in key + value if sign not in TAG_CHARACTERS and category(sign)[0] not in "LZN")
    other = next(others, "")
    return f"'{key}' has a character that AWS does not take ({other!a})" if other else ""


def _check_chain(hops: Iterable[Hop], values_of: Iterable[Mapping[str, Value]]) -> None:
    identity, transitive = "", dict[str, str]()
    for hop, values in zip(hops, values_of, strict=True):
        if identity and hop.source_identity not in {"", identity}:
            wrong = f"{values[SOURCE_IDENTITY].source} is not '{identity}'"
            hint = "AWS lets no role of a chain change it: set it once, or the same everywhere."
            raise MfaenvError(f"{wrong}, as the role before has it.", hint)
        identity = identity or hop.source_identity
        if again := next((key for key, _ in hop.tags if key.lower() in transitive), ""):
            since = transitive[again.lower()]
            wrong = f"{values[TAGS].source} sets '{again}', which is transitive since '{since}'."
            raise MfaenvError(wrong, "AWS lets no role of a chain set it again: remove it from one of them.")
        keys = {key.lower() for key, _ in hop.tags}
        if unknown := next((key for key in hop.transitive_tags if key.lower() not in keys), ""):
            wrong = f"{values[TRANSITIVE_TAGS].source} names '{unknown}', which is not among its {TAGS}."
            raise MfaenvError(wrong, "Add that tag, or leave the name out.")
        transitive |= {key.lower(): hop.profile for key in hop.transitive_tags}


def limited(options: Options, name: str, hops: tuple[Hop, ...], files: AwsFiles) -> tuple[Hop, ...]:
    """Return the hops, the last one limited by the options. Raise MfaenvError (usage)."""
    limits = [parse.MAIN_OPTIONS[each].flags[0] for each in LIMITS if options.get(each)]
    if not limits:
        return hops
    if not hops:
        roles = files.with_roles("role_arn") or "none has a role_arn yet"
        hint = f"AWS has no way to limit other sessions. Name a profile with a role: {roles}."
        raise wrong_usage(f"{limits[0]} limits a role that mfaenv assumes, and profile {name} has none.", hint)
    arns = [arn.strip() for arn in parse.text(options, "policy_arns").split(",") if options.get("policy_arns")]
    if options.get("read_only"):
        arns.insert(0, f"arn:{hops[-1].role_arn.split(':')[1]}:iam::aws:policy/ReadOnlyAccess")
    for arn in arns:
        if not arn.startswith("arn:") or ":policy/" not in arn:
            hint = "It looks like arn:aws:iam::aws:policy/ReadOnlyAccess, with commas between several."
            raise wrong_usage(f"'{arn}' (--policy-arns) is not the ARN of a policy.", hint)
    if len(arns) > MAX_POLICY_ARNS:
        raise MfaenvError(f"AWS takes {MAX_POLICY_ARNS} policies, not {len(arns)}.", "Leave some out.")
    policy = _policy(file) if (file := parse.text(options, "session_policy")) else ""
    return (*hops[:-1], hops[-1]._replace(policy=policy, policy_arns=tuple(dict.fromkeys(arns))))


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return a JSON object. Raise ValueError where a key stands twice: one of its values would be lost."""
    return {key: value for key, (_, value) in zip(dict(pairs), pairs, strict=True)}


def _policy(name: str) -> str:
    """Return a file's policy without white space, which AWS counts. Raise MfaenvError (usage)."""
    import json  # few lines name a file of policies

    wrong, hint = "", "Put one IAM policy into it."
    try:
        with open(name, encoding="utf-8-sig") as file:
            policy = json.loads(file.read(MAX_POLICY_FILE), object_pairs_hook=_without_repeats)
        text = json.dumps(policy, separators=(",", ":"))  # in ASCII: AWS takes no character beyond U+00FF
        if not isinstance(policy, dict) or "Statement" not in policy:
            wrong = "is not an IAM policy: it has no Statement"
        elif len(text) > MAX_POLICY:
            wrong = f"has {len(text)} characters without white space, and AWS takes {MAX_POLICY}"
            hint = "Make it shorter, or store it in IAM and name it with --policy-arns."
    except OSError as error:
        wrong, hint = f"cannot be read: {error.strerror}", "Name a file."
    except (ValueError, RecursionError):
        wrong = "is not JSON, or has a key twice in one place"
    if wrong:
        raise wrong_usage(f"{name} (--policy) {wrong}.", hint)
    return text
