alias mfaenv 'source $MFAENV_FUNCTION:q';
