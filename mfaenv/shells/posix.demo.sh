if [ -n "${_MFAENV_THEIRS+x}" ]; then
    export ENV="$_MFAENV_THEIRS"
    unset _MFAENV_THEIRS
    # What it holds is expanded by the shell.
    eval "_mfaenv_file=\"$ENV\""
else
    unset ENV
    # What mksh and ksh93 read where ENV is not set.
    case ${KSH_VERSION-} in
        *MIRBSD*) _mfaenv_file=~/.mkshrc ;;
        Version*) _mfaenv_file=~/.kshrc ;;
        *) _mfaenv_file= ;;
    esac
fi
[ -r "$_mfaenv_file" ] && . "$_mfaenv_file"
unset _mfaenv_file
@TEXT@
# ksh93 sets its own PS1 later; in mksh the first characters of PS1 can mean more than themselves.
case ${KSH_VERSION-}@${PS1-} in *MIRBSD* | *@) ;; *) PS1="(mfaenv demo) $PS1" ;; esac
