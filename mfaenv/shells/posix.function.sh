# Whether what these arguments print is for this shell: what the main command and unset print, and nothing else.
_mfaenv_for_this_shell() {
    while [ "$#" -gt 0 ]; do
        case $1 in
            @VALUED_PATTERN@) [ "$#" -eq 1 ] || \shift ;;
            @ELSEWHERE_PATTERN@) return 1 ;;
            -* | unset) ;;
            *) return 1 ;;
        esac
        \shift
    done
}

# Set here what the program prints; a hook looks at the store anew then. A backslash keeps the user's aliases out.
_mfaenv_seen='' _mfaenv_text=''
_mfaenv_here() {
    _mfaenv_seen=''
    _mfaenv_text=$(MFAENV_SHELL='@SHELL@' \command mfaenv "$@") || return
    \eval "$_mfaenv_text"
    _mfaenv_text=''
}

# An alias of that name would go before, and be read in the place of the function's name.
\unalias mfaenv 2>/dev/null || :
@FUNCTION@mfaenv() {
    if _mfaenv_for_this_shell "$@"; then
        _mfaenv_here "$@"
    else
        \command mfaenv "$@"
    fi
}
