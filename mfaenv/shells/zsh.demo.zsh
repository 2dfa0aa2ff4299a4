if (( ${+_MFAENV_THEIRS} )); then
    ZDOTDIR=$_MFAENV_THEIRS
    unset _MFAENV_THEIRS
else
    unset ZDOTDIR
fi
[[ -r ${ZDOTDIR:-$HOME}/.zshenv ]] && . ${ZDOTDIR:-$HOME}/.zshenv
function _mfaenv_demo_prompt { [[ $PROMPT == '(mfaenv demo) '* ]] || PROMPT="(mfaenv demo) $PROMPT" }
function _mfaenv_demo {
    precmd_functions=(${precmd_functions:#_mfaenv_demo})
    unfunction _mfaenv_demo
    @TEXT@
    _mfaenv_demo_prompt
    precmd_functions+=(_mfaenv_demo_prompt)
}
precmd_functions+=(_mfaenv_demo)
