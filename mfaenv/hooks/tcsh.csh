alias mfaenv 'eval "`\mfaenv init tcsh --call \!*`"'
