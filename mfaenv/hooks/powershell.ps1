# Whether what these arguments print is for this shell: what the main command and unset print, and nothing else.
function global:_mfaenv_for_this_shell([string[]]$words) {
    $valued = @VALUED_LIST@
    for ($i = 0; $i -lt $words.Count; $i++) {
        $word = $words[$i]
        if ($valued -ccontains $word) { $i++; if ($i -ge $words.Count) { return $false } }
        elseif ($word -cmatch '^(-h|--help|--version|-f.*|--format.*|-s.*|--shell.*)$') { return $false }
        elseif ($word -ceq 'unset') { return $true }
        elseif ($word -cnotmatch '^-') { return $false }
    }
    return $true
}

# The word that every new session leaves in the store, read without a process.
function global:_mfaenv_look {
    $global:_mfaenv_latest = '-'
    if (Test-Path -LiteralPath "$env:MFAENV_STORE/latest") {
        $global:_mfaenv_latest = Get-Content -LiteralPath "$env:MFAENV_STORE/latest" -TotalCount 1 -ErrorAction SilentlyContinue
    }
}

function global:mfaenv {
    $program = Get-Command -Name mfaenv -CommandType Application -TotalCount 1
    if (-not (_mfaenv_for_this_shell $args)) {
        if ($MyInvocation.ExpectingInput) { $input | & $program @args } else { & $program @args }
        return
    }
    $shell = $env:MFAENV_SHELL
    $env:MFAENV_SHELL = 'powershell'
    try { $text = & $program @args | Out-String } finally { $env:MFAENV_SHELL = $shell }
    $result = $LASTEXITCODE
    if ($result -eq 0) { Invoke-Expression $text }
    _mfaenv_look
    $global:_mfaenv_seen = $global:_mfaenv_latest
    $global:LASTEXITCODE = $result
}
