# Whether what these words print is for this shell: what the main command and unset print, and nothing else.
function global:_mfaenv_for_this_shell([string[]]$words) {
    $valued = $false
    foreach ($word in $words) {
        if ($valued -or $word -ceq 'unset') { $valued = $false }
        elseif ($word -cmatch '@VALUED@') { $valued = $true }
        elseif ($word -cmatch '@OTHER_OUTPUT@') { return $false }
    }
    return $true
}

function global:_mfaenv_find { Get-Command -Name mfaenv -CommandType Application -TotalCount 1 }

# Do what these statements of the program say, and evaluate nothing: what PowerShell evaluates its logs keep.
# A value is plain text in quotes, or joined from such texts and from numbers of characters.
function global:_mfaenv_set {
    process {
        $_ -split ';' | ForEach-Object {
            if ($_ -cnotmatch '^ ?\$env:(\w+) = (.+)$') { return }
            $name = $Matches[1]
            if ($Matches[2] -ceq '$null') { Remove-Item -LiteralPath "Env:$name" -ErrorAction Ignore }
            else {
                Set-Item -LiteralPath "Env:$name" -Value (-join (
                    $Matches[2] -replace "^-join\(|\)$|'" -split ',' | ForEach-Object {
                        if ($_ -cmatch '^\[char\](\d+)$') { [char][int]$Matches[1] } else { $_ }
                    }
                ))
            }
        }
    }
}

# Set here what the program prints, and print it too where it is read.
function global:_mfaenv_here([object[]]$words, [object[]]$piped, [bool]$read) {
    $PSNativeCommandUseErrorActionPreference = $false
    $(
        if ($piped) { $piped | & (_mfaenv_find) --shell powershell @words }
        else { & (_mfaenv_find) --shell powershell @words }
    ) | ForEach-Object {
        $_ | _mfaenv_set
        if ($read) { $_ }
    }
    # After that a hook looks at the store anew.
    if ($LASTEXITCODE -eq 0) { $global:_mfaenv_seen = $global:_mfaenv_ended = '' }
}

# An alias of that name would go before.
Remove-Item -LiteralPath Alias:mfaenv -Force -ErrorAction Ignore
function global:mfaenv {
    Set-StrictMode -Off
    if (_mfaenv_for_this_shell $args) {
        $read = $MyInvocation.PipelinePosition -lt $MyInvocation.PipelineLength -or
            $MyInvocation.Line -match '\(\s*(&\s*)?mfaenv\b|\bmfaenv\b[^;|]*>'
        _mfaenv_here $args @($input) $read
    }
    elseif ($MyInvocation.ExpectingInput) { $input | & (_mfaenv_find) @args }
    else { & (_mfaenv_find) @args }
    # Only a steppable pipeline hands its failure on, to $? after this function.
    if ($LASTEXITCODE -ne 0 -and $ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
        $failing = { & { [CmdletBinding()] param() begin { $PSCmdlet.InvokeCommand.HasErrors = $true } } }
        $failing.GetSteppablePipeline().Begin($false)
    }
}
