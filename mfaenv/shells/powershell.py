"""Windows PowerShell and PowerShell 7."""

from mfaenv.shells import LETTERS, Env, Target, Words

_FAIL = (
    "$global:LASTEXITCODE = {status}; "
    "if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') "
    "{ { & { [CmdletBinding()] param() begin { $PSCmdlet.InvokeCommand.HasErrors = $true } } }"
    ".GetSteppablePipeline().Begin($false) };"
)
"""``throw`` would end the profile that holds the line.

After ``Invoke-Expression (…)`` PowerShell's ``$?`` tells of that command alone, whatever failed within; only a
steppable pipeline hands its failure to the one around it (PipelineStopper.Pop in PowerShell's sources).
ConstrainedLanguage mode, which allows no such call, has ``$?`` False where the program's output is piped.
"""

_BARE = LETTERS + "_./:+=-"
_PLAIN = frozenset(map(ord, LETTERS + " _@%+:./=-"))
# Common ones of the words for which PowerShell logs a whole text: its SuspiciousContentChecker has all.
_LOGGED = ("bypass", "cryptography", "emit", "intptr", "marshal", "memcpy", "methods", "properties")
_SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b"
_FIRST, _LAST = ord(" "), ord("~")


class PowerShell(Target):
    """One line of ASCII, which survives every code page of the console and every way of evaluating it.

    Only casts to core types are allowed in ConstrainedLanguage mode.
    """

    remove = "$env:{name} = $null;"  # an empty string would leave an empty variable in 7.5 and later
    fail = _FAIL
    separator = b" "
    line = "{command} --shell {target} | Invoke-Expression"
    init = "{command} init {target} | Invoke-Expression"
    code_in_one_line = 'Microsoft.PowerShell.Utility\\Invoke-Expression (({lines}) -join "`n")\n'
    reads = ("powershell", "pwsh")
    function = "powershell.function.ps1"
    hook = ("powershell.hook.ps1",)
    completion = "powershell.completion.ps1"
    startup_query = (
        *("-NoProfile", "-NoLogo", "-NonInteractive", "-Command"),
        "[Console]::OutputEncoding = New-Object Text.UTF8Encoding; $PROFILE",
    )
    demo_words = ("-NoExit", "-Command", "{text}")
    lists_programs = False

    def assign(self, name: str, value: str) -> str:
        return f"$env:{name} = {quote(value)};"

    def quote(self, word: str) -> str:
        doubled = "".join(sign * 2 if sign in _SINGLE_QUOTES else sign for sign in word)
        return f"'{doubled}'" if word.strip(_BARE) else word

    def words(self, handed: Words, env: Env) -> Words:
        return env["_MFAENV_WORDS"].split("\n")

    def offer(self, word: str, meaning: str, quote: str) -> str:
        """Return the word to insert, the word to show and its meaning, in ASCII for any code page of the console."""
        return "\t".join(map(_pattern, (self.quote(word), word, meaning or word)))


def _pattern(text: str) -> str:
    """Return the text as `[regex]::Unescape` reads it."""
    units = _units(text.replace("\\", "\\\\"))
    return "".join(chr(unit) if _FIRST <= unit <= _LAST else f"\\u{unit:04x}" for unit in units)


def quote(value: str) -> str:
    """Return a PowerShell expression for the value: plain characters in quotes, all else as UTF-16 numbers.

    So the function of ``mfaenv init`` can take statements apart at their signs. Joined and not added:
    PowerShell 7.6 dies of a sum of 10,000 terms. Raise ValueError for a lone surrogate.
    """
    units = _units(value)
    plain = frozenset() if any(word in value.lower() for word in _LOGGED) else _PLAIN
    text = "'" + "".join(chr(unit) if unit in plain else f"',[char]{unit},'" for unit in units) + "'"
    return text if plain.issuperset(units) else f"-join({text})"


def _units(value: str) -> list[int]:
    octets = value.encode("utf-16-le")
    return [octets[index] | octets[index + 1] << 8 for index in range(0, len(octets), 2)]
