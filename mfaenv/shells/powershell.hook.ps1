# Look, without a process, at the word that every new session leaves in the store: whether it is another than before.
$global:_mfaenv_seen = '@SEEN@'
$global:_mfaenv_gone = ''
function global:_mfaenv_look {
    $before = $global:_mfaenv_seen
    $announced = "$env:MFAENV_STORE/latest"
    $latest = Microsoft.PowerShell.Management\Get-Content -LiteralPath $announced -TotalCount 1 -ErrorAction Ignore
    $global:_mfaenv_seen = if ($latest) { $latest } else { '-' }
    return $global:_mfaenv_seen -cne $before
}

$global:_mfaenv_epoch = ([datetime]'1970-01-01T00:00:00Z').ToUniversalTime()

# Whether the time or the store may have news of the session.
function global:_mfaenv_is_due {
    if (-not $global:_mfaenv_seen) { $null = _mfaenv_look }
    if (-not $env:MFAENV_EXPIRES) { # keys of the user's own, or an address where programs get theirs
        return -not ($env:AWS_ACCESS_KEY_ID -or $env:AWS_CONTAINER_CREDENTIALS_FULL_URI) -and (_mfaenv_look)
    }
    if ($env:MFAENV_EXPIRES -notmatch '^[0-9]{1,18}\z' -or $env:MFAENV_NEXT -match '[^0-9]|.{19}') { return $false }
    $end = [long]$env:MFAENV_EXPIRES
    $next = if ($env:MFAENV_NEXT) { [long]$env:MFAENV_NEXT } else { $end - @FIRST@ }
    $now = ((Microsoft.PowerShell.Utility\Get-Date).ToUniversalTime() - $global:_mfaenv_epoch).TotalSeconds
    return $now -ge $next -or ($now -ge $end - @EARLY@ -and (_mfaenv_look))
}

# At each prompt: where AWS_PROFILE has changed, or there may be news of the session, the program decides what this shell
# gets and loses. The user's $LASTEXITCODE stays.
function global:_mfaenv_hook {
    [System.Diagnostics.DebuggerHidden()] param()
    Set-StrictMode -Off
    $PSDefaultParameterValues = @{}
    $PSNativeCommandUseErrorActionPreference, $ErrorActionPreference = $false, 'Continue'
    $changed = "$env:AWS_PROFILE" -cne "$env:MFAENV_AWS_PROFILE"
    if (-not $changed -and -not (_mfaenv_is_due)) { return }
    $null = _mfaenv_look # what another window gets from now on is news at the next prompt
    $program, $before = (_mfaenv_find), $global:LASTEXITCODE
    $reason = if ($changed) { 'changed' } else { 'due' }
    # What a program says on standard error is not shown while a prompt is made. One that is gone is told of once.
    try {
        if (-not $program) { throw 'There is no program mfaenv on the PATH.' }
        $lines = @(& $program --shell powershell hook $reason 2>&1)
        $printed = @(foreach ($line in $lines) { if ($line -is [string]) { $line } })
        if ($printed -and -not ($printed -cmatch '^(mfaenv: |\$env:)')) {
            throw 'What mfaenv printed cannot be read: check [Console]::OutputEncoding.'
        }
        foreach ($line in $lines) {
            if ("$line" -cmatch '^mfaenv: ') { Microsoft.PowerShell.Utility\Write-Host "$line" }
            elseif ($line -is [string]) { _mfaenv_set $line } # all else is of standard error
        }
        $global:_mfaenv_gone = ''
    } catch {
        $wrong = "mfaenv: $("$_".Split("`n")[0])"
        if ($wrong -cne $global:_mfaenv_gone) { Microsoft.PowerShell.Utility\Write-Host $wrong }
        $global:_mfaenv_gone = $wrong
    }
    $global:LASTEXITCODE = $before
}

# A prompt of ours, which calls the one that it was put in the place of: the argument is that one's number.
function global:_mfaenv_prompt {
    $succeeded = $?
    _mfaenv_hook
    # What the user's own prompt finds in $?.
    if (-not $succeeded) { Microsoft.PowerShell.Utility\Write-Error '' -ErrorAction Ignore }
    & $global:_mfaenv_prompts[$args[0]]
}

# A profile that is loaded again has its own prompt again; or it is another's by now, which calls one of ours.
if ("$function:prompt" -notmatch '_mfaenv_prompt') {
    if (-not (Microsoft.PowerShell.Management\Test-Path -Path Variable:global:_mfaenv_prompts)) {
        $global:_mfaenv_prompts = @()
    }
    $global:_mfaenv_prompts += $function:prompt
    Microsoft.PowerShell.Utility\Invoke-Expression "function global:prompt { _mfaenv_prompt $($global:_mfaenv_prompts.Count - 1) }"
}
