# Completion for mfaenv in PowerShell, from 5.1 on. No process is started.

# By command its sentence, what it takes, and its options, each with its sentence and what it takes.
$global:_mfaenv_catalog = ConvertFrom-Json @DATA@

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
            $last = $word -creplace '^-[^-@LETTERS@]*([@LETTERS@])$', '-$1'
            if (_mfaenv_taken $row $last) { $flag = $last }
        }
        elseif ($command -eq 'mfaenv' -and $word -cin $global:_mfaenv_catalog.PSObject.Properties.Name) { $command = $word }
        elseif ($row.takes -eq 'program') { return _mfaenv_program $Line.Substring($Starts[$i]) }
        else { $argument = $true }
    }
    $row = $global:_mfaenv_catalog.$command
    if ($flag) { _mfaenv_values (_mfaenv_taken $row $flag) $Typed '' }
    elseif ($Typed -cmatch '^[''"]?((?<flag>--[^=]+)=|-[^-@LETTERS@]*(?<letter>[@LETTERS@])(?=.))') {
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
