# Look, without a process, at the word that every new session leaves in the store: whether it is another than before.
$global:_mfaenv_seen = '@SEEN@'
function global:_mfaenv_look {
    $before = $global:_mfaenv_seen
    $latest = Get-Content -LiteralPath "$env:MFAENV_STORE/latest" -TotalCount 1 -ErrorAction Ignore
    $global:_mfaenv_seen = if ($latest) { $latest } else { '-' }
    return $global:_mfaenv_seen -cne $before
}

$global:_mfaenv_epoch = ([datetime]'1970-01-01T00:00:00Z').ToUniversalTime()

# At each prompt: nothing while the session holds. Else the one that another window got, or, once, that it is over.
function global:_mfaenv_hook {
    Set-StrictMode -Off
    if (-not $global:_mfaenv_seen) { $null = _mfaenv_look }
    if ($env:MFAENV_EXPIRES) {
        if ($env:MFAENV_EXPIRES -notmatch '^[0-9]+$') { return }
        $left = [long]$env:MFAENV_EXPIRES - ((Get-Date).ToUniversalTime() - $global:_mfaenv_epoch).TotalSeconds
        if ($left -gt @EARLY@) { return }
    }
    elseif ($env:AWS_ACCESS_KEY_ID) { return } # keys of the user's own
    if (-not $env:MFAENV_PINNED -and (_mfaenv_look)) {
        $before = $global:LASTEXITCODE
        _mfaenv_here --cached
        $found = $global:LASTEXITCODE -eq 0
        $global:LASTEXITCODE = $before
        if ($found) { return }
    }
    if ($env:MFAENV_EXPIRES -and $left -le 0) {
        Write-Host "mfaenv: the session of profile $env:MFAENV_PROFILE has ended"
        Remove-Item -Path ('@ENDING@' -split ' ' -replace '^', 'Env:') -ErrorAction Ignore
    }
}

# A prompt of ours, which calls the one that it was put in the place of: the argument is that one's number.
function global:_mfaenv_prompt {
    $succeeded = $?
    _mfaenv_hook
    # What the user's own prompt finds in $?.
    if (-not $succeeded) { Write-Error '' -ErrorAction Ignore }
    & $global:_mfaenv_prompts[$args[0]]
}

# A profile that is loaded again has its own prompt again; or it is another's by now, which calls one of ours.
if ("$function:prompt" -notmatch '_mfaenv_prompt') {
    if (-not (Test-Path -Path Variable:global:_mfaenv_prompts)) { $global:_mfaenv_prompts = @() }
    $global:_mfaenv_prompts += $function:prompt
    Invoke-Expression "function global:prompt { _mfaenv_prompt $($global:_mfaenv_prompts.Count - 1) }"
}
