#compdef mfaenv
# Completion for mfaenv in zsh: the program itself says what fits.
_mfaenv() {
    local -a offered
    offered=("${(@f)$(\command mfaenv complete zsh "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    local -i index=${(M)offered[1]:#<->}
    if (( ! index )); then
        shift offered
        _describe value offered
    elif shift $index words && (( (CURRENT -= index) == 1 )); then
        _command_names -e
    else
        _normal
    fi
}

# As a file on fpath this is the function's body; where it is evaluated, it registers the function.
if [[ ${funcstack[@]:0:1} == _mfaenv ]]; then
    _mfaenv "$@"
elif (( ${+functions[compdef]} )); then
    compdef _mfaenv mfaenv
fi
