# Whether what these arguments print is for this shell: what the main command and unset print, and nothing else.
_mfaenv_for_this_shell() {
    while [ "$#" -gt 0 ]; do
        case $1 in
            @VALUED_PATTERN@)
                [ "$#" -eq 1 ] || \shift
                # A code through a pipe, whose last command most shells run in a subshell: the session would go with it.
                if [ "$1" = - ] && [ -p /dev/fd/0 ] && [ -t 1 ] && @IS_SUBSHELL@; then return 1; fi
                ;;
            @OTHER_OUTPUT_PATTERN@) return 1 ;;
            -* | unset) ;;
            *) return 1 ;;
        esac
        \shift
    done
}

# Whether this is a subshell whose output something reads: $(mfaenv) cannot be told from mfaenv | cat.
_mfaenv_is_read() {
    [ ! -t 1 ] || return 1
    @IS_READ@
}

# Set here what the program prints. Where that is read, what is set here may go with the subshell: so print it too.
_mfaenv_seen='' _mfaenv_text='' _mfaenv_exit=0 _mfaenv_flags=''
_mfaenv_load() {
    # A key that ends a subshell would end it before the program has printed what fails the line.
    if @IS_SUBSHELL@; then \trap : QUIT; fi
    @AT_CTRL_C@
    _mfaenv_exit=0
    _mfaenv_text=$(\command mfaenv --shell @SHELL@ "$@") || _mfaenv_exit=$?
    # A program that is not there, was killed or is broken has printed nothing that lets the line fail.
    if [ -z "$_mfaenv_text" ] && [ "$_mfaenv_exit" -ne 0 ]; then
        case "$_mfaenv_exit $*" in [1-9]' '*--cached*) ;; *) _mfaenv_text="(exit $_mfaenv_exit);" ;; esac
    fi
    if [ -n "$_mfaenv_text" ] && [ "${1-}" != hook ] && _mfaenv_is_read; then
        # What was stored before is no news for a hook of the shell that reads this.
        case "$_mfaenv_exit $* " in '0 '*'unset '*) _mfaenv_text="${_mfaenv_text%?}&& _mfaenv_seen=;" ;; esac
        @PRINT@
    fi
    [ "$_mfaenv_exit" -eq 0 ] || return "$_mfaenv_exit"
    \eval "$_mfaenv_text" || _mfaenv_exit=$?
    # After that a hook looks at the store anew.
    _mfaenv_text='' _mfaenv_seen=''
}

# The same with no tracing, which would show the keys. A backslash keeps the user's aliases out.
_mfaenv_here() {
    _mfaenv_flags=$-
    { \set +xv; } 2>/dev/null
    _mfaenv_load "$@" || :
    case $_mfaenv_flags in *v*) \set -v ;; esac
    case $_mfaenv_flags in *x*) \set -x ;; esac
    return "$_mfaenv_exit"
}

# An alias of that name would go before, and be read in the place of the function's name.
\unalias mfaenv 2>/dev/null || :
@FUNCTION@ {
    if _mfaenv_for_this_shell "$@"; then
        _mfaenv_here "$@"
    elif [ "$?" -eq 1 ]; then
        \command mfaenv "$@"
    else
        # Copies of a shell's functions, as coding agents make them, leave out names that begin with _.
        \command printf '%s\n' 'mfaenv: a part of its function is missing in this shell. Type:' "eval \"\$(command mfaenv init @SHELL@)\"" >&2
        while [ "$#" -gt 0 ]; do
            # What evaluates nothing gets nothing.
            case $1 in -f* | --format* | -o* | --output* | --cached) return 127 ;; esac
            \shift
        done
        [ -t 1 ] || \command printf '(exit 127);\n'
        return 127
    fi
}
