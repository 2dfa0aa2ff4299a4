zmodload zsh/datetime
_mfaenv_clock() { _mfaenv_now=$EPOCHSECONDS; }
_mfaenv_hook() {
    local _mfaenv_before=$?
    emulate -L zsh
    _mfaenv_check
    return $_mfaenv_before
}
typeset -ga precmd_functions
(( ${precmd_functions[(I)_mfaenv_hook]} )) || precmd_functions=(_mfaenv_hook $precmd_functions)
