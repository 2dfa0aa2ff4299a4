    # In ksh93 a substitution is no process of its own, and Ctrl-C leaves its text empty.
    case ${KSH_VERSION-} in
        Version*) \eval '[ "${.sh.subshell}" -eq 0 ] || \trap : INT QUIT' ;;
    esac
