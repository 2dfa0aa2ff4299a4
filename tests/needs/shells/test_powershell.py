"""The function of PowerShell: what it shows, what it sets whatever the user prefers, and what it leaves alone."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from product import Product
from programs import write_program
from settled import KEYS
from terminals import need, with_mfaenv

from mfaenv.pretend_aws.scenario import Scenario

LOAD = "mfaenv init powershell | Invoke-Expression"
ROLE = "arn:aws:iam::111122223333:role/Developer"
CONSTRAINED = "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'"
PROGRAM = "(Get-Command mfaenv -CommandType Application -TotalCount 1)"
OVERRIDES = "; ".join(
    f"function {name} {{}}"
    for name in (
        *("Set-Item", "Get-Item", "Remove-Item", "Get-Command", "ForEach-Object", "Get-PSCallStack"),
        *("Write-Host", "Write-Error", "Get-Content", "Get-Date", "Invoke-Expression"),
    )
)
"""Functions of the user's own, with the names of cmdlets."""

TOOLS = {
    "what-is-set": f'echo "{KEYS}"',
    "show-words": 'for word; do printf "[%s]" "$word"; done; echo',
    "show-bytes": r"printf '\377\376\r\n\001\n'",
}
WORDS = (
    "--exclude '*' *.ps1 Name=a,Values=b a, b -x:y -x: y ~ '~' \"~/x\" -- -z:y 0x10 1.0 007 1kb '' \"q'q\" -foo.bar -- "
    '$true $HOME "a $HOME" @(1, 2) $null --% *.ps1 ~'
)


class Place(NamedTuple):
    """A home with stored sessions, and programs that show what they get."""

    product: Product
    secrets: tuple[str, ...]

    def run(self, *script: str) -> list[str]:
        """Run a script that begins with the function; return what it shows, in which there is no secret."""
        need("pwsh")
        place = self.product.home
        (place / "script.ps1").write_text("\n".join([*script, ""]), encoding="utf-8")
        done = subprocess.run(
            ["pwsh", "-NoProfile", "-NonInteractive", "-File", place / "script.ps1"],
            cwd=place,
            env={**with_mfaenv(self.product), "PATH": self.path, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        shown = done.stdout.decode("utf-8", "replace")
        assert not [secret for secret in self.secrets if secret in shown], shown
        return [line for line in shown.splitlines() if not line.startswith("mfaenv: staging (role")]

    @property
    def path(self) -> str:
        return f"{self.product.home / 'tools'}{os.pathsep}{with_mfaenv(self.product)['PATH']}"

    def file(self, name: str) -> Path:
        return self.product.home / name


@pytest.fixture
def place(product: Product, scenario: Scenario) -> Place:
    for arguments in (("-c", scenario.device.code()), ("-p", "staging")):
        assert product.run("--shell", "sh", *arguments).status == 0
    held = product.run("-f", "dotenv", "--cached", "-p", "staging").out.splitlines()
    values = dict(line.split("=", 1) for line in held)
    (product.home / "tools").mkdir()
    for name, text in TOOLS.items():
        write_program(product.home / "tools" / name, text)
    return Place(product, tuple(values[f"AWS_{name}"] for name in ("SECRET_ACCESS_KEY", "SESSION_TOKEN")))


def kept(lines: list[str]) -> list[str]:
    """Return which lines told that the session is set, and which that it is not."""
    return [line.rpartition("=")[2] for line in lines if line.startswith("key=")]


def test_no_line_that_sets_shows_a_key(place: Place) -> None:
    lines = (
        "mfaenv -p staging 2>$null",
        "mfaenv -p staging && what-is-set > out.txt",
        "mfaenv -p staging; $s = (mfaenv status --json | ConvertFrom-Json)",
        "mfaenv -p staging # (mfaenv",
        "'(mfaenv' | Out-Null; mfaenv -p staging",
        "(mfaenv -p staging)",
        "& { mfaenv -p staging }",
        "function f { mfaenv -p staging }; f",
        "1 | ForEach-Object { mfaenv -p staging }",
        "mfaenv -p staging | Out-Host",
        "$text = mfaenv -p staging; $text",
        "mfaenv -p staging > text.ps1; Get-Content text.ps1",
        "$VerbosePreference = 'Continue'; mfaenv -p staging; $VerbosePreference = 'SilentlyContinue'",
        "Set-PSDebug -Trace 2; mfaenv -p staging; Set-PSDebug -Off",
        "Trace-Command -Name ParameterBinding -PSHost { mfaenv -p staging }",
        "Set-PSDebug -Trace 2; $env:MFAENV_PROFILE = 'staging'; $null = _mfaenv_load; Set-PSDebug -Off",
    )
    record = "$null = Start-Transcript -Path transcript.txt"
    shown = place.run(LOAD, record, *(f"{line}\nwhat-is-set\nmfaenv unset\nwhat-is-set" for line in lines))
    assert kept(shown) == ["staging", "none"] * len(lines)
    transcript = place.file("transcript.txt").read_text(encoding="utf-8")
    assert "what-is-set" in transcript or "key=" in transcript
    assert not [secret for secret in place.secrets if secret in transcript]


@pytest.mark.parametrize(
    "line",
    [
        LOAD,
        "mfaenv init powershell | Out-String | Invoke-Expression",
        'Invoke-Expression "$(mfaenv init powershell)"',
        'Invoke-Expression ((mfaenv init powershell) -join "`n")',
        '. ([scriptblock]::Create((mfaenv init powershell) -join "`n"))',
    ],
)
def test_every_usual_way_to_evaluate_init_loads_it(place: Place, line: str) -> None:
    shown = place.run(line, "mfaenv -p staging", "what-is-set")
    assert kept(shown) == ["staging"], shown


def test_an_error_at_the_start_has_no_secret(place: Place) -> None:
    shown = place.run(
        "$env:AWS_PROFILE = 'staging'; Set-Variable -Scope global -Name _mfaenv_gone -Value x -Option ReadOnly",
        "$ErrorActionPreference = 'Stop'",
        f"try {{ {LOAD} }} catch {{ $_.InvocationInfo.Line; $_.InvocationInfo.Statement }}",
        "what-is-set",
    )
    assert any("_mfaenv_gone" in line for line in shown)
    assert any(line.startswith("key=") for line in shown), shown


def test_a_line_of_its_own_shows_nothing(place: Place) -> None:
    lines = (
        "mfaenv -p staging",
        "if ($true) { & mfaenv -p staging }",
        "mfaenv -p staging 2>&1 && mfaenv unset",
    )
    assert place.run(LOAD, *lines) == []


def test_no_text_makes_powershell_log_it_by_itself(place: Place) -> None:
    with place.file(".aws/config").open("a", encoding="utf-8") as config:
        config.write(f"[profile Marshall]\nsource_profile = default\nrole_arn = {ROLE}\n")
    kind = "[System.Reflection.BindingFlags]'NonPublic,Static'"
    shown = place.run(
        "$evaluates = 'Microsoft.PowerShell.Utility\\Invoke-Expression '",
        f"$check = [scriptblock].GetMethod('CheckSuspiciousContent', {kind})",
        'function words($text) { "[$($check.Invoke($null, @(,[scriptblock]::Create($text).Ast)))]" }',
        "words 'Add-Type'",
        "words (mfaenv --shell powershell -p Marshall)",
        "words (mfaenv --shell powershell -p Marshall --duration no)",
        'words ((mfaenv init powershell -p Marshall) -join "`n")',
        "words (Invoke-Expression (mfaenv init powershell)[-1].Replace($evaluates, ''))",
    )
    assert [line for line in shown if line.startswith("[")] == ["[Add-Type]", "[]", "[]", "[]", "[]"], shown


def test_every_form_of_the_documented_lines_sets_and_succeeds(place: Place) -> None:
    lines = (
        "Invoke-Expression (\n  mfaenv -p staging\n)",
        "Invoke-Expression (mfaenv `\n  -p staging)",
        "mf -p staging | Invoke-Expression",
        "Invoke-Expression (mf -p staging)",
        "$text = mfaenv -p staging\nInvoke-Expression $text",
        'iex "$(mf -p staging | Out-String)"',
        "mfaenv -p staging *> out.ps1; . ./out.ps1",
        "if ($true) {\n  mfaenv -p staging |\n    Out-String |\n    Invoke-Expression }",
    )
    steps = (f'{line}\n"succeeded: $?"\nwhat-is-set\nmfaenv unset' for line in lines)
    shown = place.run(LOAD, "Set-Alias mf mfaenv", *steps)
    assert kept(shown) == ["staging"] * len(lines)
    assert shown.count("succeeded: True") == len(lines), shown


@pytest.mark.parametrize(
    "preference",
    [
        "$WhatIfPreference = $true",
        "$ConfirmPreference = 'Low'",
        "$PSDefaultParameterValues = @{'*:WhatIf' = $true; '*:Verbose' = $true; 'Get-Command:All' = $true}",
        "$ErrorActionPreference = 'Stop'; Set-StrictMode -Version Latest",
        OVERRIDES,
    ],
    ids=lambda line: line.split()[0],
)
def test_what_the_user_prefers_keeps_no_variable_as_it_is(place: Place, preference: str) -> None:
    steps = ('mfaenv -p staging; "$?"', "what-is-set", 'mfaenv unset; "$?"', "what-is-set")
    ending = (
        "mfaenv -p staging",
        "$env:MFAENV_EXPIRES = 1",
        "$env:MFAENV_PINNED = 'role_arn=arn:aws:iam::111122223333:role/Other'",
        "$null = prompt",
        "what-is-set",
    )
    shown = place.run(LOAD, preference, *steps, *ending)
    assert shown.count("True") == 2, shown
    assert kept(shown) == ["staging", "none", "staging"]
    assert [line for line in shown if line.startswith("key=")][-1] == "key=none secret= profile=staging"


def test_a_program_that_is_gone_fails_the_line(place: Place) -> None:
    lines = (
        "mfaenv -p staging",
        "mfaenv -p staging | Invoke-Expression",
        "mfaenv exec -- what-is-set",
        "mfaenv unset",
    )
    steps = (f"{line} && 'went on'; \"$? $LASTEXITCODE\"" for line in lines)
    shown = place.run(LOAD, "$env:PATH = '/usr/bin:/bin'", *steps)
    assert shown.count("False 127") == len(lines), shown
    assert "went on" not in shown
    assert sum("no program mfaenv" in line for line in shown) == len(lines)


def test_a_status_that_a_script_or_function_sets_for_itself_hides_no_failure(place: Place) -> None:
    steps = ("mfaenv -p staging; what-is-set", "mfaenv -p nobody && 'went on'", '"$? $global:LASTEXITCODE"')
    place.file("own.ps1").write_text("\n".join(["$LASTEXITCODE = 0", *steps]))
    shown = place.run(LOAD, "./own.ps1", f"function own {{ $LASTEXITCODE = 1; {'; '.join(steps)} }}; own")
    assert kept(shown) == ["staging"] * 2
    assert shown.count("False 1") == 2, shown
    assert "went on" not in shown
    assert "cannot be read" not in "".join(shown)


def test_a_preference_that_stops_at_errors_stops_at_a_failure(place: Place) -> None:
    lines = ("mfaenv -p nobody", "mfaenv -p nobody | Invoke-Expression", "Invoke-Expression (mfaenv -p nobody)")
    steps = [f"try {{ {line}; 'went on' }} catch {{ 'stopped' }}" for line in lines]
    shown = place.run(
        LOAD,
        "$ErrorActionPreference = 'Stop'",
        "$PSNativeCommandUseErrorActionPreference = $true",
        *steps,
        "$PSNativeCommandUseErrorActionPreference = $false",
        "$env:PATH = '/usr/bin:/bin'",
        *steps,
    )
    assert "went on" not in shown
    assert shown.count("stopped") == 2 * len(lines), shown


def test_output_that_powershell_decodes_wrongly_fails_the_line(place: Place) -> None:
    shown = place.run(
        LOAD,
        "[Console]::OutputEncoding = [Text.Encoding]::Unicode",
        "mfaenv -p staging 2>$null; $succeeded = $?",
        "[Console]::OutputEncoding = [Text.Encoding]::UTF8",
        '"$succeeded $LASTEXITCODE"',
        "what-is-set",
    )
    assert "False 1" in shown, shown
    assert kept(shown) == ["default"]


def test_a_prompt_says_once_what_powershell_decodes_wrongly(place: Place) -> None:
    shown = place.run(
        LOAD,
        "[Console]::OutputEncoding = [Text.Encoding]::Unicode",
        "$env:AWS_PROFILE = 'staging'",
        "$null = prompt; $null = prompt",
        "[Console]::OutputEncoding = [Text.Encoding]::UTF8",
        "what-is-set",
        "$null = prompt",
        "what-is-set",
    )
    told = [line.replace("\0", "") for line in shown]
    assert told.count("mfaenv: What mfaenv printed cannot be read: check [Console]::OutputEncoding.") == 1
    assert kept(told) == ["default", "staging"]


def test_a_prompt_blames_no_encoding_for_what_a_program_says_on_standard_error(place: Place) -> None:
    program = write_program(place.file("broken") / "mfaenv", "echo 'Fatal error in launcher' >&2\nexit 1")
    shown = place.run(
        LOAD,
        f"$env:PATH = '{program.parent}{os.pathsep}' + $env:PATH",
        "$env:AWS_PROFILE = 'staging'",
        "$null = prompt",
        "what-is-set",
    )
    assert kept(shown) == ["default"]
    assert "cannot be read" not in "\n".join(shown)


def test_exec_gets_every_word_as_if_the_program_were_called(place: Place) -> None:
    calls = (
        "{} exec -p staging -- show-words {}",
        "{} exec show-words {}",
        "$p = 'staging'; {} -p $p exec show-words {}",
    )
    lines = (
        line
        for call in calls
        for line in (
            call.format(f"& {PROGRAM}", WORDS),
            call.format("mfaenv", WORDS),
            f"mfaenv -q -p staging; {call.format('mfaenv', WORDS)}",
            "mfaenv unset",
        )
    )
    shown = place.run(LOAD, *lines)
    assert len(shown) == 3 * len(calls), shown
    for number in range(0, len(shown), 3):
        called, function, other = shown[number : number + 3]
        assert called == function == other
        assert "[*]" in called
        assert "[Name=a,Values=b]" in called


def test_exec_gets_every_octet_as_if_the_program_were_called(place: Place) -> None:
    place.run(
        LOAD,
        "mfaenv exec -- show-bytes > out.bin",
        "mfaenv exec -- show-bytes | cat > piped.bin",
        "show-bytes | mfaenv exec -- cat > both.bin",
    )
    for name in ("out.bin", "piped.bin", "both.bin"):
        assert place.file(name).read_bytes() == b"\xff\xfe\r\n\x01\n"


def test_the_function_hands_on_the_name_of_a_profile_as_it_is(place: Place) -> None:
    names = ("*", "~", "a,b", "s?ript.ps1", "0x10", "a b", 'a"b')
    with place.file(".aws/config").open("a", encoding="utf-8") as config:
        config.writelines(
            f"[profile '{name}']\nsource_profile = default\nrole_arn = {ROLE}\n" for name in names
        )
    lines = (f"mfaenv -q -p '{name}' -c 000123; '$' + $env:MFAENV_PROFILE" for name in names)
    shown = place.run(LOAD, *lines, "what-is-set")
    assert [line for line in shown if line.startswith("$")] == [f"${name}" for name in names], shown


def test_a_code_that_begins_with_zeros_stays_a_code(place: Place) -> None:
    shown = place.run(LOAD, "mfaenv -p staging -c 000123 --refresh")
    assert "six digits" not in "".join(shown)
    assert "000123" not in "".join(shown)


def test_the_function_may_be_loaded_again(place: Place) -> None:
    shown = place.run(
        LOAD, LOAD, "mfaenv -p staging", "mfaenv exec -- show-words '*'", "what-is-set", LOAD, "mfaenv unset"
    )
    assert shown[0] == "[*]"
    assert kept(shown) == ["staging"]


def test_in_constrained_language_a_line_fails_and_tab_works(place: Place) -> None:
    steps = (
        "mfaenv --shell powershell -p nobody | Invoke-Expression && 'went on'",
        "Invoke-Expression (mfaenv --shell powershell -p staging); what-is-set",
        "mfaenv exec -- show-words '*' Name=a,Values=b",
        "(TabExpansion2 -inputScript 'mfaenv -p stag' -cursorColumn 14).CompletionMatches.CompletionText",
    )
    shown = place.run(CONSTRAINED, LOAD, *steps, '"errors: $($Error.Count)"')
    assert "went on" not in shown
    assert kept(shown) == ["staging"]
    assert shown[-3:] == ["[*][Name=a,Values=b]", "staging", "errors: 0"]


def test_tab_works_beside_functions_of_those_names(place: Place) -> None:
    names = ("Get-Command", "Where-Object", "ForEach-Object")
    shown = place.run(
        LOAD,
        *(f"function {name} {{ throw 'mine' }}" for name in names),
        "(TabExpansion2 -inputScript 'mfaenv -p stag' -cursorColumn 14).CompletionMatches.CompletionText",
    )
    assert shown[-1:] == ["staging"]


def test_a_line_that_fails_sets_nothing(place: Place) -> None:
    lines = ("mfaenv -p nobody", "mfaenv -p nobody | Invoke-Expression", "Invoke-Expression (mfaenv -p nobody)")
    steps = (f'{line}\n"$? $LASTEXITCODE"' for line in lines)
    shown = place.run(LOAD, *steps, "what-is-set")
    assert shown.count("False 1") == len(lines)
    assert kept(shown) == ["default"]
