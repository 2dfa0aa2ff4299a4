\zmodload zsh/datetime
_mfaenv_hook() {
    \emulate -LR zsh
    _mfaenv_check || :
}
\typeset -ga precmd_functions
precmd_functions=(_mfaenv_hook "${precmd_functions[@]:#_mfaenv_hook}")
