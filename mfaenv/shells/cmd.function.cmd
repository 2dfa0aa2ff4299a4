"@SYSTEM@\System32\doskey.exe" mfaenv="%MFAENV_FUNCTION%" $*
