"""What the manual says beside what stands in the catalog."""

from __future__ import annotations

from mfaenv import errors
from mfaenv.fast import catalog

DESCRIPTION = """\
.Nm
gets a session for an MFA code from AWS STS and prints the lines that set it in
the shell that you are typing in.
The shell evaluates them:
.Pp
.Dl eval $(mfaenv)
.Pp
The code is asked for on the terminal itself, never through standard output.
Sessions are stored, so that every window, role and tool can use the same one
until it ends.
.Pp
Where something fails, so does the line that evaluates the output, and nothing
has been set."""

AT_LENGTH = {
    "profile": "The profile of the AWS files to get a session for.",
    "shell": "The shell to print for.",
    "format": "Print data instead of a shell's statements.",
    "token_code": (
        "The six digits of the device. Others may see them in the list of processes: prefer -, which reads them from "
        "standard input."
    ),
    "token_command": (
        "A program that prints the code. It runs on the terminal, without a shell, and the first six digits that "
        "stand alone in its output are the code."
    ),
    "serial_number": "The MFA device: an ARN, or the serial number of a hardware device.",
    "duration": (
        "How long the session lasts: in seconds (900) or with units (12h, 1h30m). With a role, how long the role "
        "lasts; the session behind it lasts as long as MFAENV_DURATION says. AWS allows 15 minutes to 36 hours for "
        "a session, up to the role's own maximum for a role, and an hour for a role that is assumed from another "
        "role: what is beyond that is an error."
    ),
    "region": "The region to export, and to call STS in.",
    "min_remaining": "Use a stored session only with this much time left, otherwise get a new one.",
    "cached": "Print the stored session, or nothing with exit status 3: never ask, never call AWS.",
    "help": "Show the options and examples.",
    "ask": "Where to ask for the code; auto is the terminal, and a window where there is none.",
}
"""What is to be said of an option where its help is too short for that."""

COMMANDS = "Options that are given before a command's name count for it too."

OTHER_VARIABLES = {
    "AWS_CONFIG_FILE": "The config file, instead of ~/.aws/config.",
    "AWS_SHARED_CREDENTIALS_FILE": "The credentials file, instead of ~/.aws/credentials.",
    "AWS_ENDPOINT_URL": "The endpoint of all of AWS, or with _STS of that service.",
    "AWS_CA_BUNDLE": "The certificates to trust.",
    "MFAENV_ASK": f"Counts where --ask is not given, and may name the window's program: {', '.join(catalog.WINDOWS)}.",
    "MFAENV_ALLOW_HTTP": "With 1, an endpoint on another machine may be http://, without encryption.",
    "MFAENV_CACHE_DIR": "The directory in which mfaenv makes its own, mfaenv, for the stored sessions: a full path.",
    "MFAENV_PROFILE_AS": "Export the profile under this name too: AWS_VAULT, AWSUME_PROFILE or AWS_PROFILE.",
    "NO_COLOR": "Colours are left out where this is set.",
}
FILES = {
    "~/.aws/config": "Profiles. Those of roles and of other accounts stand here.",
    "~/.aws/credentials": "Profiles with their long-term keys.",
    "~/.cache/mfaenv": "Stored sessions; on macOS ~/Library/Caches/mfaenv, on Windows %LOCALAPPDATA%\\mfaenv\\Cache.",
}
STATUSES = {
    errors.DONE: "It is done.",
    errors.FAILED: "An error, reported on standard error: first what is wrong, then what to do.",
    errors.USAGE: "Wrong usage.",
    errors.CODE_NEEDED: "A code is needed and cannot be asked for, or --cached found nothing.",
    errors.INTERRUPTED: "Interrupted.",
}
OWN_STATUS = "The commands exec and demo give the exit status of the program that they ran."

DETAILS = {
    "process": (
        "Prints Version, AccessKeyId, SecretAccessKey, SessionToken and Expiration, and AccountId where the "
        "account is known."
    ),
    "status": (
        "The table ends after 40 sessions. With --json one object: version (1), shell (an object, or null), stored (a "
        "list of objects) and problems (texts). An object has profile, profiles (from the role's down to the one with "
        "the keys), kind (user, role, session or long-term), role, account, device, access_key_id, expires (ISO 8601) "
        "and remaining (seconds). That of the shell also has stored: whether it is one of the stored ones. What is not "
        "known is null, and profiles empty."
    ),
    "keys": (
        "With --json one object: version (1) and keys, a list of objects with profile, place (file, keychain, "
        "process or environment), source, access_key_id, active, created, age_days, last_used (at, service and "
        "region) and problem. What is not known is null."
    ),
    "doctor": (
        "The exit status is 0 only where MFA is enforced and nothing is wrong. With --json one object: version "
        "(1), profile, verdict (enforced, not enforced or cannot tell), reason, next_step, well (whether the exit "
        "status is 0), checks (objects with topic, name, text, state and next_step) and calls (objects with "
        "action, says and outcomes). A next_step is null where none is needed."
    ),
}
"""What a command prints."""

SETS = (
    "In the shell mfaenv sets {set}, the region where there is one; and for itself {own}. What the profile says of "
    "where AWS is comes along: AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_ and the name of a service, {switches}. Under "
    "Git Bash it sets {msys} too, which keeps a key that begins with / from being taken for a path. It unsets "
    "{cleared}, which would win in one program or another. The command unset removes all of it, a region that you "
    "had set yourself too."
)

SECURITY = (
    "Sessions are stored in files that only you can read, and no long-term key is stored with them. The code that "
    "-c gives may be seen in the list of processes. A code is sent without encryption to no other machine, unless "
    "MFAENV_ALLOW_HTTP=1 is set."
)
