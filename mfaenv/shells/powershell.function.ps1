# Whether what these words print is for this shell: what the main command and unset print, and nothing else.
# A word that is not known yet, as $null, leaves that to the function, which gets its value.
function global:_mfaenv_for_this_shell([object[]]$words) {
    $valued = $false
    foreach ($word in $words) {
        if ($valued -or $word -ceq 'unset') { $valued = $false }
        elseif ($null -eq $word) { return $true }
        elseif ($word -cmatch '@VALUED@') { $valued = $true }
        elseif ($word -cmatch '@OTHER_OUTPUT@') { return $false }
    }
    return $true
}

# Cmdlets are named with their modules, since users have functions of these names.
function global:_mfaenv_find {
    Microsoft.PowerShell.Core\Get-Command -Name mfaenv -CommandType Application -TotalCount 1 -ErrorAction Ignore
}

# Preferences and defaults of the user's (-WhatIf, -Verbose) would keep a variable as it is, or show its value.
function global:_mfaenv_remove([string]$path) {
    Microsoft.PowerShell.Management\Remove-Item -LiteralPath $path -Force -ErrorAction Ignore `
        -WhatIf:$false -Confirm:$false -Verbose:$false
}

# Do what the program's statements say, and evaluate nothing, since PowerShell's logs keep what it evaluates. They keep
# what cmdlets get as well, where modules are logged, and a trace what variables get: DebuggerHidden tells it not to.
# A value is plain text in quotes, or joined from such texts and from numbers of characters.
function global:_mfaenv_set {
    [System.Diagnostics.DebuggerHidden()] param()
    foreach ($statement in $args[0] -split ';') {
        if ($statement -cnotmatch '^ ?\$env:(\w+) = (.+)$') { continue }
        $name, $text = $Matches[1], $Matches[2]
        if ($text -ceq '$null') { _mfaenv_remove "Env:$name"; continue }
        $value = -join @(foreach ($piece in $text -replace "^-join\(|\)$|'" -split ',') {
            if ($piece -cmatch '^\[char\](\d+)$') { [char][int]$Matches[1] } else { $piece }
        })
        if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
            [Environment]::SetEnvironmentVariable($name, $value)
        }
        else {
            Microsoft.PowerShell.Management\Set-Item -LiteralPath "Env:$name" -Value $value -ErrorAction Stop `
                -WhatIf:$false -Confirm:$false -Verbose:$false
        }
    }
}

# An alias of that name would go before.
_mfaenv_remove Alias:mfaenv

# In ConstrainedLanguage mode no function can fail the line that it stands in: there the program stays what it is.
if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
    # All calls in the script that a frame of the call stack runs; none where a host calls by itself. Those of the last
    # script are kept: to find them in a long one takes a second.
    $global:_mfaenv_script, $global:_mfaenv_found = '', @()
    function global:_mfaenv_calls($frame) {
        if (-not $frame.Position) { return }
        $script = $frame.Position.StartScriptPosition.GetFullScript()
        if ($script -cne $global:_mfaenv_script) {
            $tree = [System.Management.Automation.Language.Parser]::ParseInput($script, [ref]$null, [ref]$null)
            $global:_mfaenv_found = @($tree.FindAll({ $args[0].GetType().Name -ceq 'CommandAst' }, $true))
            $global:_mfaenv_script = $script
        }
        return $global:_mfaenv_found
    }

    # Whether something reads what a call of the function prints: the next command, a file, or what it stands in.
    function global:_mfaenv_is_read($invocation, $frame) {
        $node = $null
        if ($invocation.PipelinePosition -lt $invocation.PipelineLength) { return $true }
        foreach ($call in _mfaenv_calls $frame) {
            if ($call.Extent.StartLineNumber -eq $invocation.ScriptLineNumber -and
                $call.Extent.StartColumnNumber -eq $invocation.OffsetInLine) { $node = $call }
        }
        for (; $node -and $node.GetType().Name -cne 'ScriptBlockAst'; $node = $node.Parent) {
            if ($node.GetType().Name -cmatch '^(Paren|SubExpression|ArrayExpression|Assignment)') { return $true }
            if ($node.Redirections.FromStream -match '^(Output|All)$') { return $true }
        }
        return $false
    }

    # Set here what the program prints. Where it is read, a blank stands for that, which every documented line evaluates;
    # so no key is shown or logged. Of a failure the program's own statement is handed on.
    function global:mfaenv {
        [System.Diagnostics.DebuggerHidden()] param()
        Set-StrictMode -Off
        $failure_is_error = $PSNativeCommandUseErrorActionPreference
        $PSNativeCommandUseErrorActionPreference, $PSDefaultParameterValues = $false, @{}
        $program = _mfaenv_find
        $words = @(foreach ($word in $args) { $word -join ',' })
        $set = _mfaenv_for_this_shell $words
        $options = if ($set) { '--shell', 'powershell' }
        $read = $set -and (_mfaenv_is_read $MyInvocation (Microsoft.PowerShell.Utility\Get-PSCallStack)[1])
        # Each word in quotes, so that none is taken for a pattern of files, or loses its ~.
        $quoted = @(for ($at = 0; $at -lt $words.Count; $at++) { '"$($words[{0}])"' -f $at }) -join ' '
        $piped = @($input)
        $pipe = if ($piped.Count) { '$piped | ' }
        $call = [scriptblock]::Create("$pipe& `$program @options $quoted")
        $global:LASTEXITCODE = 127
        try {
            if (-not $program) { throw 'There is no program mfaenv on the PATH.' }
            if (-not $set) { . $call }
            else {
                $lines = @(. $call)
                if ($global:LASTEXITCODE -eq 0 -and $lines -cnotmatch '^\$env:') {
                    throw 'What mfaenv printed cannot be read: check [Console]::OutputEncoding.'
                }
                foreach ($line in $lines) {
                    if ($line -cmatch '^\$env:') { _mfaenv_set $line; if ($read) { ' ' } } elseif ($read) { $line }
                }
                # After that a hook looks at the store anew.
                if ($global:LASTEXITCODE -eq 0) { $global:_mfaenv_seen = '' }
            }
            # From 7.3 on a preference can make a program's failure an error, which another ends the script for.
            if ($failure_is_error -and $global:LASTEXITCODE -ne 0) {
                throw "mfaenv ended with exit status $global:LASTEXITCODE."
            }
        }
        catch {
            if ($global:LASTEXITCODE -eq 0) { $global:LASTEXITCODE = 1 }
            Microsoft.PowerShell.Utility\Write-Error -Message "$_"
        }
        # Only a steppable pipeline hands its failure on, to $? after this function.
        if ($global:LASTEXITCODE -ne 0) {
            $failing = { & { [CmdletBinding()] param() begin { $PSCmdlet.InvokeCommand.HasErrors = $true } } }
            $failing.GetSteppablePipeline().Begin($false)
        }
    }

    # The words of a call, as far as they are known without being evaluated.
    function global:_mfaenv_words($call) {
        foreach ($element in $call.CommandElements) {
            $kind = $element.GetType().Name
            if ($kind -ceq 'StringConstantExpressionAst') { $element.Value }
            elseif ($kind -cmatch '^(CommandParameter|ConstantExpression)Ast$') { $element.Extent.Text }
            else { $null }
        }
    }

    # Whether what runs in a frame calls the program itself, with words of another command. Of the frame only the
    # statement is known: where that has calls of both kinds, it is the function that is called.
    function global:_mfaenv_is_the_programs($frame) {
        $others = $false
        foreach ($call in _mfaenv_calls $frame) {
            if ($call.GetCommandName() -ne 'mfaenv') { continue }
            $statement = $call
            for ($node = $call; $node.GetType().Name -cne 'ScriptBlockAst'; $node = $node.Parent) {
                if ($node.GetType().Name -cmatch '^(Pipeline|AssignmentStatement)Ast$') { $statement = $node }
            }
            if ($statement.Extent.StartOffset -le $frame.Position.StartOffset -and
                $statement.Extent.EndOffset -ge $frame.Position.EndOffset) {
                $null, $words = @(_mfaenv_words $call)
                if (_mfaenv_for_this_shell $words) { return $false }
                $others = $true
            }
        }
        return $others
    }

    # PowerShell takes apart what goes through a function: patterns, commas, bytes. So other commands than the main
    # one and unset go to the program itself, as without this function.
    & {
        Set-StrictMode -Off
        $intrinsics, $former = $ExecutionContext.InvokeCommand, $global:_mfaenv_lookup
        $global:_mfaenv_lookup = [EventHandler[System.Management.Automation.CommandLookupEventArgs]] {
            [System.Diagnostics.DebuggerHidden()] param($name, $lookup)
            if ($name -ne 'mfaenv') { return }
            Set-StrictMode -Off
            if (_mfaenv_is_the_programs (Microsoft.PowerShell.Utility\Get-PSCallStack)[1]) {
                $lookup.Command = _mfaenv_find
                $lookup.StopSearch = $null -ne $lookup.Command
            }
        }
        $others = [Delegate]::Remove($intrinsics.PreCommandLookupAction, $former)
        $intrinsics.PreCommandLookupAction = [Delegate]::Combine($others, $global:_mfaenv_lookup)
    }
}
