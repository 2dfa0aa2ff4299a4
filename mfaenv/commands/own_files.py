"""AWS files of a program's own: without what it would prefer to the address, or with one profile alone.

Programs that are given no profile read `[default]`, and take its keys first. So a file that has such gets a copy
without them, in a private folder, while the program runs. No copy holds a secret: the long-term keys of other profiles
are left out too.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory

from mfaenv.config import awsfiles
from mfaenv.config.awsfiles import AwsFiles, Sections
from mfaenv.config.names import CONFIG_VARIABLE, CREDENTIALS_VARIABLE, ENCODING, file_paths, profile_of
from mfaenv.config.sources import GIVE_CREDENTIALS
from mfaenv.errors import MfaenvError
from mfaenv.fast import environment
from mfaenv.fast.parse import DEFAULT
from mfaenv.terminal.terminal import Terminal

KEYS = (awsfiles.ACCESS_KEY, awsfiles.SECRET_KEY, *awsfiles.TOKENS)
OF_ROLES = frozenset(
    {"external_id", "role_session_name", "duration_seconds", "mfa_serial", "mfa_process", "source_identity"}
)
"""What is of no use in a profile that has its credentials, beside GIVE_CREDENTIALS."""


@contextmanager
def without_default_keys(env: Mapping[str, str], terminal: Terminal) -> Iterator[dict[str, str]]:
    """Yield the variables that lead programs to the copies, while these are there; none where no file needs one.

    Raise MfaenvError where a file cannot be read or written.
    """
    config, credentials = file_paths(env)
    copies = {
        CONFIG_VARIABLE: _without_keys(config, profile_of, terminal),
        CREDENTIALS_VARIABLE: _without_keys(credentials, str, terminal),
    }
    with ExitStack() as opened:
        texts = {variable: text for variable, text in copies.items() if text}
        yield opened.enter_context(_private(texts, "without keys")) if texts else {}


@contextmanager
def with_one_profile(name: str, files: AwsFiles, keys: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield the variables that lead programs to AWS files with one profile, under its name and as the default.

    It has these keys, or none where they come from an address. There is an empty store beside the files. Raise
    MfaenvError where they cannot be written.
    """
    section = {key: text for key, text in files.section(name).items() if key not in GIVE_CREDENTIALS | OF_ROLES}
    services = section.get("services", "")
    of_services = {f"services {services}": files.services[services]} if services in files.services else {}
    # botocore splits the title of a section as a shell does.
    sections = {DEFAULT: section, **({f"profile {shlex.quote(name)}": section} if name != DEFAULT else {})}
    values = {option: keys[field] for option, field in _OPTIONS.items() if keys.get(field)}
    texts = {
        CONFIG_VARIABLE: _text({**sections, **of_services}),
        CREDENTIALS_VARIABLE: _text({title: values for title in dict.fromkeys((DEFAULT, name)) if values}),
    }
    with _private(texts, f"of profile {name} alone") as variables:
        cache = os.path.join(os.path.dirname(variables[CONFIG_VARIABLE]), "cache")
        yield {**variables, "MFAENV_CACHE_DIR": cache, environment.ONLY: name}


_OPTIONS = {
    awsfiles.ACCESS_KEY: "access_key",
    awsfiles.SECRET_KEY: "secret_key",
    "aws_session_token": "token",
}


@contextmanager
def _private(texts: Mapping[str, str], which: str) -> Iterator[dict[str, str]]:
    """Write files by the variables that lead to them, into a folder of mode 0700 that goes then. Raise MfaenvError."""
    with ExitStack() as opened:
        try:
            folder = opened.enter_context(TemporaryDirectory(prefix="mfaenv-", ignore_cleanup_errors=True))
            variables = {name: _written(os.path.join(folder, name.lower()), text) for name, text in texts.items()}
        except OSError as error:
            reason = f"AWS files {which} cannot be written: {error.strerror}."
            raise MfaenvError(reason, "Set TMPDIR to a folder that you can write to.") from None
        yield variables


def _written(path: str, text: str) -> str:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding=ENCODING) as file:
        file.write(text)
    return path


def _without_keys(path: str, name_of: Callable[[str], str | None], terminal: Terminal) -> str:
    """Return the text of a file without what wins, or an empty one where nothing in it does."""
    sections = awsfiles.read(path)
    names = {title: name_of(title) for title in sections}
    gone = {title: GIVE_CREDENTIALS if name == DEFAULT else frozenset(KEYS) for title, name in names.items()}
    if not any(names[title] == DEFAULT and gone[title] & set(section) for title, section in sections.items()):
        return ""
    if any(name and name != DEFAULT and awsfiles.has_keys(sections[title]) for title, name in names.items()):
        terminal.note(f"The program gets no keys of {awsfiles.short(path)}, not even those of other profiles.")
    return _text(
        {
            title: {name: value for name, value in section.items() if name not in gone[title]}
            for title, section in sections.items()
        }
    )


def _text(sections: Sections) -> str:
    """Return sections as a file has them; further lines of a value are indented."""
    return "".join(
        "\n".join([f"[{title}]", *(f"{name} = {value}".replace("\n", "\n\t") for name, value in section.items()), "\n"])
        for title, section in sections.items()
    )
