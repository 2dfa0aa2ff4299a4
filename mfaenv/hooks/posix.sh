# What these arguments print is for this shell: what the main command and unset print, and nothing else.
_mfaenv_for_this_shell() {
    while [ "$#" -gt 0 ]; do
        case $1 in
            -h | --help | --version | -f* | --format* | -s* | --shell* | -[qv]*[hfs]*) return 1 ;;
            @VALUED@)
                [ "$#" -gt 1 ] || return 1
                shift
                ;;
            unset) return 0 ;;
            -*) ;;
            *) return 1 ;;
        esac
        shift
    done
}

# The word that every new session leaves in the store, read without a process.
_mfaenv_latest=- _mfaenv_seen=@SEEN@
_mfaenv_look() {
    _mfaenv_latest=-
    { read -r _mfaenv_latest <"${MFAENV_STORE-}/latest"; } 2>/dev/null || :
}

_mfaenv_status=0 _mfaenv_text=
mfaenv() {
    if ! _mfaenv_for_this_shell "$@"; then
        command mfaenv "$@"
        return
    fi
    _mfaenv_status=0
    _mfaenv_text=$(MFAENV_SHELL='@SHELL@' command mfaenv "$@") || _mfaenv_status=$?
    [ "$_mfaenv_status" -ne 0 ] || eval "$_mfaenv_text"
    _mfaenv_text=
    _mfaenv_look
    _mfaenv_seen=$_mfaenv_latest
    return "$_mfaenv_status"
}
