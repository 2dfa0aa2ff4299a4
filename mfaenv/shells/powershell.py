"""Windows PowerShell and PowerShell 7."""

from mfaenv.shells import Target

_FAIL_THE_CALLER = (
    "if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') "
    "{ { & { [CmdletBinding()] param() begin { $PSCmdlet.InvokeCommand.HasErrors = $true } } }"
    ".GetSteppablePipeline().Begin($false) };"
)


class PowerShell(Target):
    """One line of ASCII.

    PowerShell reads a program's output as lines, decoded with whatever code page the console has; as one line of ASCII
    it survives every way of evaluating it. Only casts to core types are allowed in ConstrainedLanguage mode.
    """

    line = "{command} --shell {target} | Invoke-Expression"

    def assign(self, name: str, value: str) -> str:
        """Return the statement; raises ValueError for a lone surrogate."""
        return f"$env:{name} = {quote(value)};"

    def remove(self, name: str) -> str:
        """Return the statement; an empty string would leave an empty variable in 7.5 and later."""
        return f"$env:{name} = $null;"

    def fail(self, status: int) -> str:
        """Return the statements; ``throw`` would end the profile that holds the line.

        After ``Invoke-Expression (…)`` PowerShell's ``$?`` tells of that command alone, whatever failed within; only
        a steppable pipeline hands its failure to the one around it (PipelineStopper.Pop in PowerShell's sources).
        ConstrainedLanguage mode, which allows no such call, has ``$?`` False where the program's output is piped.
        """
        return f"$global:LASTEXITCODE = {status}; {_FAIL_THE_CALLER}"

    def join(self, statements: list[bytes]) -> bytes:
        """Return one line."""
        return b" ".join(statements) + b"\n"


def quote(value: str) -> str:
    """Return a PowerShell expression for the value: printable ASCII in single quotes, all else as UTF-16 numbers.

    The typographic quotes U+2018 to U+201B, which PowerShell takes for single ones, are among the numbers.
    Joined and not added: PowerShell 7.6 dies of a sum of 10,000 terms.
    Raises ValueError for a lone surrogate.
    """
    octets = value.encode("utf-16-le")
    units = [octets[index] | octets[index + 1] << 8 for index in range(0, len(octets), 2)]
    text = f"'{''.join(map(_unit, units))}'"
    return text if all(map(_is_printable, units)) else f"-join({text})"


def _unit(code: int) -> str:
    return chr(code).replace("'", "''") if _is_printable(code) else f"',[char]{code},'"


def _is_printable(code: int) -> bool:
    return ord(" ") <= code <= ord("~")
