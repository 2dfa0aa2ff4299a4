\zmodload zsh/datetime
\typeset -ga precmd_functions
# Behind what sets AWS_PROFILE for a folder, and before what makes a prompt.
precmd_functions=(
    "${(M)precmd_functions[@]:#_(direnv|mise)_hook*}"
    _mfaenv_hook
    "${precmd_functions[@]:#_(direnv|mise|mfaenv)_hook*}"
)
