doskey mfaenv="%MFAENV_FUNCTION%" $*
