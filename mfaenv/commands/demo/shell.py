"""The shell that the demo opens: what the user's startup files set there (keys in ~/.bashrc) must not win.

So the demo's variables are set once more after them, by the shell's own way to run something before its first prompt,
where some shells' prompts get a mark too; where a shell has none the user is warned.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mfaenv import shells
from mfaenv.commands import startup
from mfaenv.fast import environment
from mfaenv.shells.detect import identify

REMOVED = (
    *environment.CLEARED,
    *environment.SET,
    *environment.SETTING_VARIABLES.values(),
    environment.IGNORE_ADDRESSES,
    environment.ADDRESS_OF_KEYS,
    "AWS_CA_BUNDLE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_STS",
    "AWS_MFA_SERIAL",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "MFAENV_DURATION",
    "MFAENV_MIN_REMAINING",
    "MFAENV_TOKEN_CODE",
)
"""Variables that lead programs to other services, keys or devices, or answer for the user."""

PREFIXES = ("AWS_", "MFAENV_", "NO_PROXY", "no_proxy")
"""How the names of the variables begin that the demo sets."""

REMARK = """
Where this shell's startup files set AWS_... variables, they win here: unset them.
"""


class Start(NamedTuple):
    """How a shell is started: its command line, the variables that are added, and what the user has to know."""

    words: list[str]
    variables: dict[str, str]
    remark: str


def start(shell: str, env: Mapping[str, str]) -> Start:
    """Return how to start the shell in the demo's environment; writes a file beside its AWS config file."""
    name = identify([shell]) or ""
    language = shells.get_target(name) if name else shells.Target()
    if not (language.demo_words or language.demo_variable):
        return Start([shell], {}, REMARK)
    ours = {variable: value for variable, value in env.items() if variable.startswith(PREFIXES)}
    gone = [variable for variable in REMOVED if variable not in ours]
    text = shells.render(name, [*((variable, None) for variable in gone), *ours.items()]).decode()
    if language.demo_template:
        text = startup.filled(language.demo_template, {"TEXT": text})
    folder = Path(env["AWS_CONFIG_FILE"]).parent
    file = folder / language.demo_file
    if language.demo_file:
        file.touch(0o600)
        file.write_text(text, encoding="utf-8", newline="")
    values = {"text": text, "folder": str(folder), "file": str(file), "json": json.dumps(str(file))}
    variable, _, value = language.demo_variable.partition("=")
    variables = {"_MFAENV_THEIRS": env[variable]} if variable in env else {}
    if variable:
        variables[variable] = value.format_map(values)
    return Start([shell, *(word.format_map(values) for word in language.demo_words)], variables, "")
