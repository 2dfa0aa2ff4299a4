"""`mfaenv demo`: a shell whose AWS is a pretend one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mfaenv.commands.demo import command
from mfaenv.fast.catalog import OPTIONS
from mfaenv.fast.parse import Options


def run(options: Options, words: Sequence[str], env: Mapping[str, str]) -> int:
    """Start the demo, or show the code of the one that runs. Raise MfaenvError as these do."""
    if "code" in options:
        return command.show_code(env)
    policy = str(options.get("policy") or OPTIONS["policy"].default)
    return command.run(policy, words, env, with_device="no_device" not in options)
