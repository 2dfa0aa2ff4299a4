# Whether what these words print is for this shell: what the main command and unset print, and nothing else.
function global:_mfaenv_for_this_shell([string[]]$words) {
    for ($i = 0; $i -lt $words.Count; $i++) {
        $word = $words[$i]
        if ($word -cmatch '^(-h|--help|--version|-f.*|--format.*|-s.*|--shell.*|-[qv].*[hfs].*)$') { return $false }
        elseif (('@VALUED_WORDS@' -split ' ') -ccontains $word) {
            $i++
            if ($i -ge $words.Count) { return $false }
        }
        elseif ($word -notmatch '^-') { return $word -ceq 'unset' }
    }
    return $true
}

# The word that every new session leaves in the store, read without a process.
function global:_mfaenv_look {
    $latest = Get-Content -LiteralPath "$env:MFAENV_STORE/latest" -TotalCount 1 -ErrorAction Ignore
    if ($latest) { $latest } else { '-' }
}

$global:_mfaenv_seen = '@SEEN@'
function global:mfaenv {
    Set-StrictMode -Off
    $program = Get-Command -Name mfaenv -CommandType Application -TotalCount 1
    if (-not (_mfaenv_for_this_shell $args)) {
        if ($MyInvocation.ExpectingInput) { $input | & $program @args } else { & $program @args }
        return
    }
    $PSNativeCommandUseErrorActionPreference = $false
    $shell = $env:MFAENV_SHELL
    $env:MFAENV_SHELL = 'powershell'
    try { $text = & $program @args | Out-String } finally { $env:MFAENV_SHELL = $shell }
    $result = $LASTEXITCODE
    if ($result -eq 0) { Invoke-Expression $text }
    $global:_mfaenv_seen = _mfaenv_look
    $global:LASTEXITCODE = $result
}
