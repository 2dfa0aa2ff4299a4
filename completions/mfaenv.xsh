# Completion for mfaenv in xonsh. No process is started.

# By command its sentence, what it takes, and its options, each with its sentence and what it takes.
_mfaenv_catalog = {"mfaenv": {"help": "Turn an MFA code into AWS credentials: print the lines that set them in a shell.", "takes": "", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-s": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "--shell": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "-f": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "--format": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--cached": {"help": "Print the stored session, or nothing and exit 3", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "--version": {"help": "Show the version", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "unset": {"help": "Print the lines that remove what mfaenv has set.", "takes": "", "options": {"-s": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "--shell": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "-f": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "--format": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "process": {"help": "Answer as a credential_process of the AWS config file.", "takes": "", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--cached": {"help": "Print the stored session, or nothing and exit 3", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "exec": {"help": "Run a program, or your shell, with the session in its environment.", "takes": "program", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--cached": {"help": "Print the stored session, or nothing and exit 3", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "status": {"help": "Tell what is in force in this shell, and what is stored.", "takes": "", "options": {"-p": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "--profile": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "--json": {"help": "Print data for scripts", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "clear": {"help": "Delete stored sessions, of one profile with -p.", "takes": "", "options": {"-p": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "--profile": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "init": {"help": "Print a function, prompt hook and completion for the shell's profile.", "takes": "bash zsh sh ksh fish tcsh powershell pwsh cmd nu elvish xonsh", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "--no-hook": {"help": "Leave the prompt hook out", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "doctor": {"help": "Show what is set up, and prove whether MFA is really required.", "takes": "", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "--json": {"help": "Print data for scripts", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "policy": {"help": "Print the IAM policy that denies everything without MFA.", "takes": "", "options": {"-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "--self-service": {"help": "Leave a user able to set up the MFA device", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "demo": {"help": "Try all of this with a pretend AWS, without an account.", "takes": "program", "options": {"--policy": {"help": "Policy in force there: mfa or none", "takes": "mfa none"}, "--code": {"help": "Show the code of the demo's MFA device", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}}


def _mfaenv_matches(pattern, path):
    """Find the pattern in the lines of a file; nothing where it cannot be read."""
    import re

    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return [found for line in file if (found := re.match(pattern, line))]
    except OSError:
        return []


def _mfaenv_path(variable, usual):
    import os

    return os.path.expanduser(os.path.expandvars(__xonsh__.env.detype().get(variable, usual)))


def _mfaenv_profiles():
    """List the profiles of the AWS files."""
    config = r"""\[(?:(default)|profile\s+(?:"(.*)"|'(.*)'|(\S+)))\s*\]"""
    in_config = _mfaenv_matches(config, _mfaenv_path("AWS_CONFIG_FILE", "~/.aws/config"))
    in_credentials = _mfaenv_matches(r"\[(.*)\]", _mfaenv_path("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"))
    return [found[found.lastindex] for found in in_config + in_credentials]


def _mfaenv_stored():
    """List the profiles of the stored sessions."""
    import glob
    import os

    env = __xonsh__.env.detype()
    store = env.get("MFAENV_CACHE_DIR") or os.path.join(env.get("XDG_CACHE_HOME") or "~/.cache", "mfaenv")
    names = []
    for folder in map(os.path.expanduser, (store, "~/Library/Caches/mfaenv")):
        for path in glob.glob(os.path.join(glob.escape(folder), "session-*")):
            for found in _mfaenv_matches("profiles=(.*)", path):
                names += [name.replace("%25", "%") for name in found[1].split("%0A")]
    return names


def _mfaenv_program(context, start):
    """Complete a program, or what it takes, as if the line began at argument `start`."""
    from xonsh.completers.commands import complete_command
    from xonsh.parsers.completion_context import CompletionContext

    inner = context._replace(args=context.args[start:], arg_index=context.arg_index - start)
    if inner.arg_index == 0:
        return set(complete_command(inner))
    return __xonsh__.shell.shell.completer.complete_from_context(CompletionContext(inner))


def _mfaenv_quoted(name, quote):
    """Write a name as a word, in the quotes that the user began with."""
    import re

    if quote and not re.search(r"""['"\\]""", name):
        return quote + name + quote
    return name if re.fullmatch(r"[\w./:@%+=,-]+", name) else repr(name)


def _mfaenv_offer(context, names, before=""):
    """Offer names, alone or with their rows of the catalog, after what stands before them in the same word."""
    from xonsh.completers.tools import RichCompletion

    rows = names if isinstance(names, dict) else {name: {"help": ""} for name in names}
    offered = {before + name: row["help"] for name, row in rows.items()}
    return {
        RichCompletion(
            _mfaenv_quoted(name, context.opening_quote),
            prefix_len=len(context.raw_prefix),
            description=sentence,
            append_closing_quote=False,
            append_space=True,
        )
        for name, sentence in offered.items()
        if name.startswith(context.prefix)
    }


def _mfaenv_values(context, takes, before=""):
    """Offer what an option or a command takes."""
    if takes == "program":
        return _mfaenv_program(context, context.arg_index)
    lists = {"profiles": _mfaenv_profiles, "stored": _mfaenv_stored, "text": list}
    return _mfaenv_offer(context, lists.get(takes, takes.split)(), before)


def _mfaenv_taken(row, flag):
    """Say what an option of a command takes; nothing where it takes nothing, or is none."""
    return row["options"].get(flag, {"takes": ""})["takes"]


def _mfaenv_complete(context):
    """Complete a line that begins with mfaenv."""
    import re

    command, flag, argument = "mfaenv", "", False
    for place, word in enumerate([argument.value for argument in context.args[1 : context.arg_index]], 1):
        row = _mfaenv_catalog[command]
        if flag:
            flag = ""
        elif word == "--" and row["takes"] == "program":
            return _mfaenv_program(context, place + 1)
        elif word.startswith("-"):
            last = re.sub("^-[^-psfcdr]*([psfcdr])$", r"-\1", word)
            flag = last if _mfaenv_taken(row, last) else ""
        elif command == "mfaenv" and word in _mfaenv_catalog:
            command = word
        elif row["takes"] == "program":
            return _mfaenv_program(context, place)
        else:
            argument = True
    row = _mfaenv_catalog[command]
    if flag:
        return _mfaenv_values(context, _mfaenv_taken(row, flag))
    joined = re.match("(--[^=]+)=|-[^-psfcdr]*([psfcdr])(?=.)", context.prefix)
    if joined:
        flag = joined[1] or "-" + joined[2]
        return _mfaenv_values(context, _mfaenv_taken(row, flag), joined[0])
    if context.prefix.startswith("-"):
        return _mfaenv_offer(context, row["options"])
    if command == "mfaenv":
        return _mfaenv_offer(context, {name: row for name, row in _mfaenv_catalog.items() if name != "mfaenv"})
    return set() if argument else _mfaenv_values(context, row["takes"])


def _mfaenv_register():
    from xonsh.completers.completer import add_one_completer
    from xonsh.completers.tools import contextual_command_completer_for

    add_one_completer("mfaenv", contextual_command_completer_for("mfaenv")(_mfaenv_complete), "start")


_mfaenv_register()
