@echo off
rem The function of cmd, whose macros cannot choose: theirs runs this file.
rem By its full path on the PATH: cmd itself looks in the current folder first. A line is read before it is run, so one
rem that takes the variable away has its value.
for %%p in (mfaenv.exe) do set "MFAENV_PROGRAM=%%~$PATH:p"
if not defined MFAENV_PROGRAM (
    echo mfaenv: There is no program mfaenv on the PATH.>&2
    exit /b 1
)
rem What its arguments print may be for this shell: what the main command and unset print, and nothing else.
"%MFAENV_PROGRAM%" sets %* && goto here
set "MFAENV_PROGRAM=" & "%MFAENV_PROGRAM%" %*
exit /b %ERRORLEVEL%
:here
set "MFAENV_PROGRAM=" & for /f "delims=" %%i in ('@"%MFAENV_PROGRAM%" --shell cmd %*') do @%%i
