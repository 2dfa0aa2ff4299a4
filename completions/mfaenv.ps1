# Completion for mfaenv in PowerShell, from 5.1 on. No process is started.

# By command its sentence, what it takes, and its options, each with its sentence and what it takes.
$global:_mfaenv_catalog = ConvertFrom-Json '{"mfaenv": {"help": "Turn an MFA code into AWS credentials: print the lines that set them in a shell.", "takes": "", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-s": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "--shell": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "-f": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "--format": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--cached": {"help": "Print the stored session, or nothing and exit 3", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "--version": {"help": "Show the version", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "unset": {"help": "Print the lines that remove what mfaenv has set.", "takes": "", "options": {"-s": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "--shell": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "-f": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "--format": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "process": {"help": "Answer as a credential_process of the AWS config file.", "takes": "", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--cached": {"help": "Print the stored session, or nothing and exit 3", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "exec": {"help": "Run a program, or your shell, with the session in its environment.", "takes": "program", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--cached": {"help": "Print the stored session, or nothing and exit 3", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "status": {"help": "Tell what is in force in this shell, and what is stored.", "takes": "", "options": {"-p": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "--profile": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "--json": {"help": "Print data for scripts", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "clear": {"help": "Delete stored sessions, of one profile with -p.", "takes": "", "options": {"-p": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "--profile": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "init": {"help": "Print a function, prompt hook and completion for the shell''s profile.", "takes": "bash zsh sh ksh fish tcsh powershell pwsh cmd nu elvish xonsh", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "--no-hook": {"help": "Leave the prompt hook out", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "doctor": {"help": "Show what is set up, and prove whether MFA is really required.", "takes": "", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "--json": {"help": "Print data for scripts", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "policy": {"help": "Print the IAM policy that denies everything without MFA.", "takes": "", "options": {"-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "--self-service": {"help": "Leave a user able to set up the MFA device", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "demo": {"help": "Try all of this with a pretend AWS, without an account.", "takes": "program", "options": {"--policy": {"help": "Policy in force there: mfa or none", "takes": "mfa none"}, "--code": {"help": "Show the code of the demo''s MFA device", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}}'

# The titles of the sections of the file that a variable names, or the usual one.
function global:_mfaenv_titles([string]$Variable, [string]$Usual) {
    $file = "$HOME/.aws/$Usual"
    if (Test-Path -LiteralPath "Env:$Variable") { $file = (Get-Item -LiteralPath "Env:$Variable").Value -replace '^~(?=[/\\])', $HOME }
    if ($file -and (Test-Path -LiteralPath $file -PathType Leaf)) {
        Get-Content -LiteralPath $file -Encoding utf8 -ErrorAction Ignore | ForEach-Object { if ($_ -match '^\[(.*)\]') { $Matches[1] } }
    }
}

# The profiles of the AWS files.
function global:_mfaenv_profiles {
    _mfaenv_titles AWS_CONFIG_FILE config | ForEach-Object {
        if ($_ -ceq 'default') { $_ }
        elseif ($_ -cmatch '^profile\s+(?:"(?<name>.*)"|''(?<name>.*)''|(?<name>\S+))\s*$') { $Matches.name }
    }
    _mfaenv_titles AWS_SHARED_CREDENTIALS_FILE credentials
}

# The profiles of the stored sessions.
function global:_mfaenv_stored {
    $store = if ($env:MFAENV_CACHE_DIR) { $env:MFAENV_CACHE_DIR }
    elseif ($env:LOCALAPPDATA) { "$env:LOCALAPPDATA/mfaenv/Cache" }
    elseif ($env:XDG_CACHE_HOME) { "$env:XDG_CACHE_HOME/mfaenv" }
    else { "$HOME/.cache/mfaenv" }
    foreach ($folder in $store, "$HOME/Library/Caches/mfaenv") {
        if (-not (Test-Path -LiteralPath $folder)) { continue }
        foreach ($file in Get-ChildItem -LiteralPath $folder -Filter 'session-*') {
            foreach ($line in Get-Content -LiteralPath $file.FullName -Encoding utf8 -ErrorAction Ignore) {
                if ($line -cmatch '^profiles=(.*)') { $Matches[1] -split '%0A' -replace '%25', '%' }
            }
        }
    }
}

# Offer names that begin with what is typed, in quotes where they need them, with their sentences.
function global:_mfaenv_offer([string]$Typed, [string]$Before, $Names, $Rows) {
    $start = $Typed -replace '^[''"]'
    foreach ($name in $Names | Select-Object -Unique) {
        $word = "$Before$name"
        if (-not $word.StartsWith($start, 'Ordinal')) { continue }
        $sentence = if ($Rows) { $Rows.$name.help } else { $name }
        $text = if ($word -match '^[\w./:+=-]+$') { $word } else { "'" + ($word -replace "(['\u2018-\u201B])", '$1$1') + "'" }
        [System.Management.Automation.CompletionResult]::new($text, $name, 'ParameterValue', $sentence)
    }
}

# Complete the program of the line's end, or what it takes, as if the line began there.
function global:_mfaenv_program([string]$Line) {
    if ($Line -match '\s') { (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches }
    else { _mfaenv_offer $Line '' (Get-Command -CommandType Application).Name }
}

# Offer what an option or a command takes.
function global:_mfaenv_values([string]$Takes, [string]$Typed, [string]$Before) {
    switch ($Takes) {
        'profiles' { _mfaenv_offer $Typed $Before @(_mfaenv_profiles) }
        'stored' { _mfaenv_offer $Typed $Before @(_mfaenv_stored) }
        'program' { _mfaenv_program $Typed }
        { $_ -in 'text', '' } { }
        default { _mfaenv_offer $Typed $Before ($Takes -split ' ') }
    }
}

# What an option of a command takes; nothing where it takes nothing, or is none.
function global:_mfaenv_taken($Row, [string]$Flag) {
    if ($Flag -cin $Row.options.PSObject.Properties.Name) { $Row.options.$Flag.takes } else { '' }
}

# Complete a command line; words are those before the cursor, with the places in the line where they begin.
function global:_mfaenv_complete([string]$Typed, [string[]]$Words, [int[]]$Starts, [string]$Line) {
    $command = 'mfaenv'
    $flag = ''
    $argument = $false
    for ($i = 1; $i -lt $Words.Count; $i++) {
        $word = $Words[$i]
        $row = $global:_mfaenv_catalog.$command
        if ($flag) { $flag = '' }
        elseif ($word -ceq '--' -and $row.takes -eq 'program') {
            $start = if ($i + 1 -lt $Words.Count) { $Starts[$i + 1] } else { $Line.Length - $Typed.Length }
            return _mfaenv_program $Line.Substring($start)
        }
        elseif ($word -like '-*') {
            $last = $word -creplace '^-[^-psfcdr]*([psfcdr])$', '-$1'
            if (_mfaenv_taken $row $last) { $flag = $last }
        }
        elseif ($command -eq 'mfaenv' -and $word -cin $global:_mfaenv_catalog.PSObject.Properties.Name) { $command = $word }
        elseif ($row.takes -eq 'program') { return _mfaenv_program $Line.Substring($Starts[$i]) }
        else { $argument = $true }
    }
    $row = $global:_mfaenv_catalog.$command
    if ($flag) { _mfaenv_values (_mfaenv_taken $row $flag) $Typed '' }
    elseif ($Typed -cmatch '^[''"]?((?<flag>--[^=]+)=|-[^-psfcdr]*(?<letter>[psfcdr])(?=.))') {
        $flag = if ($Matches['flag']) { $Matches['flag'] } else { '-' + $Matches['letter'] }
        _mfaenv_values (_mfaenv_taken $row $flag) $Typed $Matches[1]
    }
    elseif ($Typed -like '-*') { _mfaenv_offer $Typed '' $row.options.PSObject.Properties.Name $row.options }
    elseif ($command -eq 'mfaenv') {
        $others = $global:_mfaenv_catalog.PSObject.Properties.Name -ne 'mfaenv'
        _mfaenv_offer $Typed '' $others $global:_mfaenv_catalog
    }
    elseif (-not $argument) { _mfaenv_values $row.takes $Typed '' }
}

Register-ArgumentCompleter -Native -CommandName mfaenv -ScriptBlock {
    param($Typed, $Ast, $Cursor)
    $before = @($Ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $Cursor })
    $words = @($before | ForEach-Object { if ($_.PSObject.Properties['Value']) { $_.Value } else { $_.Extent.Text } })
    $starts = @($before | ForEach-Object { $_.Extent.StartOffset - $Ast.Extent.StartOffset })
    $line = $Ast.Extent.Text.PadRight($Cursor - $Ast.Extent.StartOffset)
    _mfaenv_complete ($Typed -replace '[''"]$') $words $starts $line
}
