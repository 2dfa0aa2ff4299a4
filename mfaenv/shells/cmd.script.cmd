@echo off
rem The function of cmd, whose macros cannot choose: theirs runs this file.
rem What its arguments print is for this shell: what the main command and unset print, and nothing else.
:next
set "MFAENV_WORD=%~1"
if not defined MFAENV_WORD goto here
:switches
for %%o in (-q -v) do if "%MFAENV_WORD:~0,2%"=="%%o" if not "%MFAENV_WORD%"=="%%o" (
    set "MFAENV_WORD=-%MFAENV_WORD:~2%"
    goto switches
)
for %%o in (-s -f -h) do if "%MFAENV_WORD:~0,2%"=="%%o" goto other
for %%o in (--shell --format --version --help) do if "%MFAENV_WORD%"=="%%o" goto other
if not "%MFAENV_WORD:~0,1%"=="-" if not "%MFAENV_WORD%"=="unset" goto other
for %%o in (
    -p -c -d -r --profile --token-code --token-command --serial-number --duration
    --role-arn --region --min-remaining --ask
) do if "%MFAENV_WORD%"=="%%o" shift
shift
goto next
:other
set "MFAENV_WORD="
mfaenv %*
exit /b %ERRORLEVEL%
:here
set "MFAENV_WORD="
for /f "delims=" %%i in ('mfaenv --shell cmd %*') do @%%i
