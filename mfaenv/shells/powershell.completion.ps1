# Completion for mfaenv in PowerShell, from 5.1 on: the program itself says what fits.
Register-ArgumentCompleter -Native -CommandName mfaenv -ScriptBlock {
    param($Typed, $Ast, $Cursor)
    Set-StrictMode -Off
    $program = Microsoft.PowerShell.Core\Get-Command -Name mfaenv -CommandType Application -TotalCount 1 -ErrorAction Ignore
    if (-not $program) { return }
    $before = @($Ast.CommandElements | Microsoft.PowerShell.Core\Where-Object { $_.Extent.EndOffset -lt $Cursor })
    $words = @($before | Microsoft.PowerShell.Core\ForEach-Object { if ($null -ne $_.Value) { $_.Value } else { $_.Extent.Text } })
    $status = $global:LASTEXITCODE
    # Not as arguments: 5.1 loses quotes in them, and words that are empty.
    $env:_MFAENV_WORDS = ($words + ($Typed -replace '[''"]$')) -join "`n"
    try { $index, $offered = & $program complete powershell 2>$null }
    finally {
        $env:_MFAENV_WORDS = $null
        $global:LASTEXITCODE = $status
    }
    if ($index -gt 0) {
        $line = $Ast.Extent.Text.PadRight($Cursor - $Ast.Extent.StartOffset)
        $start = if ($before[$index]) { $before[$index].Extent.StartOffset - $Ast.Extent.StartOffset } else { $line.Length - $Typed.Length }
        return (TabExpansion2 -inputScript $line.Substring($start) -cursorColumn ($line.Length - $start)).CompletionMatches
    }
    foreach ($row in $offered) {
        $text, $shown, $meaning = [regex]::Unescape($row) -split "`t"
        # ConstrainedLanguage mode makes no such objects, but takes the words alone.
        if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') { $text }
        else { [System.Management.Automation.CompletionResult]::new($text, $shown, 'ParameterValue', $meaning) }
    }
}
