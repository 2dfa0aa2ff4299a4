# Whether what these words print is for this shell: what the main command and unset print, and nothing else.
function global:_mfaenv_for_this_shell([string[]]$words) {
    $valued = $false
    foreach ($word in $words) {
        if ($valued -or $word -ceq 'unset') { $valued = $false }
        elseif ($word -cmatch '@VALUED@') { $valued = $true }
        elseif ($word -cmatch '@ELSEWHERE@') { return $false }
    }
    return $true
}

function global:_mfaenv_find { Get-Command -Name mfaenv -CommandType Application -TotalCount 1 }

# Set here what the program prints; a hook looks at the store anew then.
function global:_mfaenv_here([object[]]$words, [object[]]$piped) {
    $global:_mfaenv_seen = ''
    $PSNativeCommandUseErrorActionPreference = $false
    $shell = $env:MFAENV_SHELL
    $env:MFAENV_SHELL = 'powershell'
    try {
        $text = $(if ($piped) { $piped | & (_mfaenv_find) @words } else { & (_mfaenv_find) @words }) | Out-String
    } finally { $env:MFAENV_SHELL = $shell }
    if ($LASTEXITCODE -eq 0) { Invoke-Expression $text }
}

# An alias of that name would go before.
Remove-Item -LiteralPath Alias:mfaenv -Force -ErrorAction Ignore
function global:mfaenv {
    Set-StrictMode -Off
    if (_mfaenv_for_this_shell $args) { _mfaenv_here $args @($input) }
    elseif ($MyInvocation.ExpectingInput) { $input | & (_mfaenv_find) @args }
    else { & (_mfaenv_find) @args }
    # Only a steppable pipeline hands its failure on, to $? after this function.
    if ($LASTEXITCODE -ne 0 -and $ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
        $failing = { & { [CmdletBinding()] param() begin { $PSCmdlet.InvokeCommand.HasErrors = $true } } }
        $failing.GetSteppablePipeline().Begin($false)
    }
}
