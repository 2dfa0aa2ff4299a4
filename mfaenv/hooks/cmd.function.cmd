@echo off
rem The function of cmd, whose macros cannot choose: theirs runs this file.
rem What its arguments print is for this shell: what the main command and unset print, and nothing else.
:next
set "MFAENV_WORD=%~1"
if not defined MFAENV_WORD goto here
for %%o in (-h --help --version -f --format -s --shell) do if "%~1"=="%%o" goto elsewhere
if "%MFAENV_WORD:~0,2%"=="-f" goto elsewhere
if "%MFAENV_WORD:~0,2%"=="-s" goto elsewhere
if "%~1"=="unset" goto here
if not "%MFAENV_WORD:~0,1%"=="-" goto elsewhere
for %%o in (
    -p --profile -c --token-code --token-command --serial-number -d --duration
    -r --role-arn --region --min-remaining
) do if "%~1"=="%%o" shift
shift
goto next
:elsewhere
set "MFAENV_WORD="
mfaenv %*
exit /b %ERRORLEVEL%
:here
set "MFAENV_WORD="
for /f "delims=" %%i in ('mfaenv --shell cmd %*') do @%%i
