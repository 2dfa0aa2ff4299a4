"""Where the AWS files are, and in what encoding."""

import io
import os

from mfaenv.fast.parse import Env

CONFIG = ("AWS_CONFIG_FILE", "~/.aws/config")
CREDENTIALS = ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
ENCODING = io.text_encoding(None)
"""What botocore reads them in: the locale's, or UTF-8 where that is C."""


def file_paths(env: Env) -> tuple[str, str]:
    """Return the paths of the config file and the credentials file; an empty variable means none, as in botocore."""
    config, credentials = (
        os.path.expanduser(os.path.expandvars(env.get(variable, usual))) for variable, usual in (CONFIG, CREDENTIALS)
    )
    return config, credentials
