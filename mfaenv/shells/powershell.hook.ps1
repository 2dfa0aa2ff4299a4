# Look, without a process, at the word that every new session leaves in the store: whether it is another than before.
$global:_mfaenv_seen = '@SEEN@'
function global:_mfaenv_look {
    $before = $global:_mfaenv_seen
    $latest = Get-Content -LiteralPath "$env:MFAENV_STORE/latest" -TotalCount 1 -ErrorAction Ignore
    $global:_mfaenv_seen = if ($latest) { $latest } else { '-' }
    return $global:_mfaenv_seen -cne $before
}

$global:_mfaenv_epoch = ([datetime]'1970-01-01T00:00:00Z').ToUniversalTime()
function global:_mfaenv_now { ((Get-Date).ToUniversalTime() - $global:_mfaenv_epoch).TotalSeconds }
$global:_mfaenv_ended = ''

# At each prompt: nothing while the session holds. Else the one that another window got, or, once, that it is over.
function global:_mfaenv_hook {
    Set-StrictMode -Off
    if (-not $global:_mfaenv_seen) { $null = _mfaenv_look }
    if ($env:MFAENV_EXPIRES) {
        if ($env:MFAENV_EXPIRES -notmatch '^[0-9]+$') { return }
        $left = [long]$env:MFAENV_EXPIRES - (_mfaenv_now)
        if ($left -gt @EARLY@) { return }
    }
    elseif ($env:AWS_ACCESS_KEY_ID) { return } # keys of the user's own
    elseif ($global:_mfaenv_ended -and [long]$global:_mfaenv_ended - (_mfaenv_now) -gt @EARLY@) {
        # The clock went back, and it still holds.
        $global:_mfaenv_ended = ''
        $global:_mfaenv_seen = 'again'
    }
    if (-not $env:MFAENV_PINNED -and (_mfaenv_look)) {
        $before = $global:LASTEXITCODE
        _mfaenv_here --cached
        $found = $global:LASTEXITCODE -eq 0
        $global:LASTEXITCODE = $before
        if ($found) { return }
    }
    if ($env:MFAENV_EXPIRES -and $left -le 0) {
        $global:_mfaenv_ended = $env:MFAENV_EXPIRES
        $whose = if ($env:MFAENV_PROFILE -cmatch '^\P{C}+$') { " of profile $env:MFAENV_PROFILE" }
        Write-Host "mfaenv: the session$whose has ended: type mfaenv for a new one"
        $gone = '@ENDING@' -split ' '
        if ('@PROFILE_NAMES@' -split ' ' -ccontains $env:MFAENV_PROFILE_AS) { $gone += $env:MFAENV_PROFILE_AS }
        # What the profile brought beside its session, where it still has that value.
        foreach ($word in "$env:MFAENV_SETTINGS" -split ' ') {
            $name = $word -replace '=.*'
            $now = (Get-Item -Path Env:$name -ErrorAction Ignore).Value
            if ($name -cmatch '^AWS_[A-Z0-9_]+$' -and "$name=$now" -ceq $word) { $gone += $name }
        }
        Remove-Item -Path ($gone -replace '^', 'Env:') -ErrorAction Ignore
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
