@echo off
@TEXT@
set "PROMPT=(mfaenv demo) %PROMPT%"
@echo on
