@echo off
rem The function of cmd, whose macros cannot choose: theirs runs this file.
rem What its arguments print is for this shell: what the main command and unset print, and nothing else.
rem By its full path on the PATH: cmd itself looks in the current folder first. A line is read before it is run, so one
rem that takes the variable away has its value.
for %%p in (mfaenv.exe) do set "MFAENV_PROGRAM=%%~$PATH:p"
if not defined MFAENV_PROGRAM (
    echo mfaenv: There is no program mfaenv on the PATH.>&2
    exit /b 1
)
:next
set "MFAENV_WORD=%~1"
if not defined MFAENV_WORD goto here
:switches
for %%o in (-q -v) do if "%MFAENV_WORD:~0,2%"=="%%o" if not "%MFAENV_WORD%"=="%%o" (
    set "MFAENV_WORD=-%MFAENV_WORD:~2%"
    goto switches
)
for %%o in (-s -f -o -h) do if "%MFAENV_WORD:~0,2%"=="%%o" goto other
for %%o in (--shell --format --output --version --help) do if "%MFAENV_WORD%"=="%%o" goto other
if not "%MFAENV_WORD:~0,1%"=="-" if not "%MFAENV_WORD%"=="unset" goto other
for %%o in (
    -p -c -d -r --profile --token-code --token-command --serial-number --duration
    --role-arn --region --min-remaining --ask --policy --policy-arns
) do if "%MFAENV_WORD%"=="%%o" shift
shift
goto next
:other
set "MFAENV_WORD="
set "MFAENV_PROGRAM=" & "%MFAENV_PROGRAM%" %*
exit /b %ERRORLEVEL%
:here
set "MFAENV_WORD="
set "MFAENV_PROGRAM=" & for /f "delims=" %%i in ('@"%MFAENV_PROGRAM%" --shell cmd %*') do @%%i
