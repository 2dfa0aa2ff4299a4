"""AWS files and an environment that lead to the pretend AWS alone."""

from collections.abc import Mapping
from pathlib import Path

from mfaenv.config import awsfiles
from mfaenv.pretend_aws.world import Credential

Sections = Mapping[str, Mapping[str, str]]


def write_files(
    directory: Path, url: str, *, keys: Mapping[str, Credential], profiles: Sections
) -> dict[str, str]:
    """Write the two files; return the variables that lead there."""
    config = {name if name == "default" else f"profile {name}": values for name, values in profiles.items()}
    credentials = {
        name: {"aws_access_key_id": key.id, "aws_secret_access_key": key.secret} for name, key in keys.items()
    }
    return {
        "AWS_CONFIG_FILE": _write(directory / "config", config),
        "AWS_SHARED_CREDENTIALS_FILE": _write(directory / "credentials", credentials),
        "AWS_ENDPOINT_URL": url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "MFAENV_CACHE_DIR": str(directory / "cache"),
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without what chooses keys, files, regions or endpoints."""
    theirs = ("AWS_", "MFAENV_")
    return {name: value for name, value in environment.items() if not name.upper().startswith(theirs)}


def _write(path: Path, sections: Sections) -> str:
    path.touch(0o600)
    path.write_text(awsfiles.to_text(sections), encoding="utf-8")
    return str(path)
