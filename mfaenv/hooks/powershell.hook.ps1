$global:_mfaenv_seen = '@SEEN@'
$global:_mfaenv_epoch = ([datetime]'1970-01-01T00:00:00Z').ToUniversalTime()

# At each prompt: nothing while the session holds. Else the one that another window got, or, once, that it is over.
function global:_mfaenv_check {
    if ($env:MFAENV_EXPIRES) {
        if ($env:MFAENV_EXPIRES -notmatch '^[0-9]+$') { return }
        $now = ((Get-Date).ToUniversalTime() - $global:_mfaenv_epoch).TotalSeconds
        if ($now -lt [long]$env:MFAENV_EXPIRES - @EARLY@) { return }
    }
    elseif ($env:AWS_ACCESS_KEY_ID) { return } # keys of the user's own
    _mfaenv_look
    if ($global:_mfaenv_latest -ne $global:_mfaenv_seen) {
        mfaenv --cached
        if ($global:LASTEXITCODE -eq 0) { return }
    }
    if ($env:MFAENV_EXPIRES -and $now -ge [long]$env:MFAENV_EXPIRES) {
        Write-Host "mfaenv: the session of profile $env:MFAENV_PROFILE has ended"
        @REMOVE@
    }
}

if (-not (Test-Path Variable:global:_mfaenv_prompt)) {
    $global:_mfaenv_prompt = $function:prompt
    function global:prompt {
        $before = $global:LASTEXITCODE
        _mfaenv_check
        $global:LASTEXITCODE = $before
        & $global:_mfaenv_prompt
    }
}
