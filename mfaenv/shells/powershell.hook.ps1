# Look, without a process, at the word that every new session leaves in the store: whether it is another than before.
$global:_mfaenv_seen = '@SEEN@'
function global:_mfaenv_look {
    $before = $global:_mfaenv_seen
    $announced = "$env:MFAENV_STORE/latest"
    $latest = Microsoft.PowerShell.Management\Get-Content -LiteralPath $announced -TotalCount 1 -ErrorAction Ignore
    $global:_mfaenv_seen = if ($latest) { $latest } else { '-' }
    return $global:_mfaenv_seen -cne $before
}

$global:_mfaenv_epoch = ([datetime]'1970-01-01T00:00:00Z').ToUniversalTime()
function global:_mfaenv_now {
    ((Microsoft.PowerShell.Utility\Get-Date).ToUniversalTime() - $global:_mfaenv_epoch).TotalSeconds
}
$global:_mfaenv_ended = ''

# Set the stored session where there is one, and tell whether there is. The user's $LASTEXITCODE stays.
function global:_mfaenv_load {
    [System.Diagnostics.DebuggerHidden()] param()
    $PSNativeCommandUseErrorActionPreference = $false
    $program, $before = (_mfaenv_find), $global:LASTEXITCODE
    if (-not $program) { return $false }
    foreach ($line in @(& $program --shell powershell --cached)) { _mfaenv_set $line }
    $loaded = $global:LASTEXITCODE -eq 0
    $global:LASTEXITCODE = $before
    if ($loaded) { $global:_mfaenv_seen = $global:_mfaenv_ended = '' }
    return $loaded
}

# At each prompt: nothing while the session holds. Else the one that another window got, or, once, that it is over.
function global:_mfaenv_hook {
    Set-StrictMode -Off
    $PSDefaultParameterValues = @{}
    if (-not $global:_mfaenv_seen) { $null = _mfaenv_look }
    if ($env:MFAENV_EXPIRES) {
        if ($env:MFAENV_EXPIRES -notmatch '^[0-9]{1,18}\z') { return }
        $left = [long]$env:MFAENV_EXPIRES - (_mfaenv_now)
        if ($left -gt @EARLY@) { return }
    }
    elseif ($env:AWS_ACCESS_KEY_ID -or $env:AWS_CONTAINER_CREDENTIALS_FULL_URI) { return } # keys of the user's own
    elseif ($global:_mfaenv_ended -and [long]$global:_mfaenv_ended - (_mfaenv_now) -gt @EARLY@) {
        # The clock went back, and it still holds.
        $global:_mfaenv_ended = ''
        $global:_mfaenv_seen = 'again'
    }
    if (-not $env:MFAENV_PINNED -and (_mfaenv_look) -and (_mfaenv_load)) { return }
    if ($env:MFAENV_EXPIRES -and $left -le 0) {
        $global:_mfaenv_ended = $env:MFAENV_EXPIRES
        $whose = if ($env:MFAENV_PROFILE -cmatch '^\P{C}+$') { " of profile $env:MFAENV_PROFILE" }
        Microsoft.PowerShell.Utility\Write-Host "mfaenv: the session$whose has ended: type mfaenv for a new one"
        # What the profile brought beside its session goes too, where it still has that value.
        foreach ($word in "$env:MFAENV_SETTINGS" -split ' ') {
            $name = $word -replace '=.*'
            $set = Microsoft.PowerShell.Management\Get-Item -LiteralPath Env:$name -ErrorAction Ignore
            if ($name -cmatch '^AWS_[A-Z0-9_]+\z' -and "$name=$($set.Value)" -ceq $word) { _mfaenv_remove "Env:$name" }
        }
        if ('@PROFILE_NAMES@' -split ' ' -ccontains $env:MFAENV_PROFILE_AS) { _mfaenv_remove "Env:$env:MFAENV_PROFILE_AS" }
        foreach ($name in '@ENDING@' -split ' ') { _mfaenv_remove "Env:$name" }
    }
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
