\zmodload zsh/datetime
\typeset -ga precmd_functions
precmd_functions=(_mfaenv_hook "${precmd_functions[@]:#_mfaenv_hook}")
