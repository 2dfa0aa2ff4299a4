# Look, without a process, at the word that every new session leaves in the store: whether it is another than before.
_mfaenv_seen=@SEEN@ _mfaenv_before=''
_mfaenv_look() {
    _mfaenv_before=$_mfaenv_seen _mfaenv_seen=-
    { IFS='' \read -r _mfaenv_seen <"${MFAENV_STORE-}/latest"; } 2>/dev/null || :
    [ "$_mfaenv_seen" != "$_mfaenv_before" ]
}

# At each prompt: nothing while the session holds. Else the one that another window got, or, once, that it is over.
_mfaenv_now=0
_mfaenv_check() {
    [ -n "$_mfaenv_seen" ] || _mfaenv_look || :
    case ${MFAENV_EXPIRES-} in
        *[!0-9]*) return ;;
        '') [ -z "${AWS_ACCESS_KEY_ID-}" ] || return ;; # keys of the user's own
        *)
            @CLOCK@
            [ "$_mfaenv_now" -ge "$((MFAENV_EXPIRES - @EARLY@))" ] || return
            ;;
    esac
    if [ -z "${MFAENV_PINNED-}" ] && _mfaenv_look && _mfaenv_here --cached; then
        return
    fi
    if [ -n "${MFAENV_EXPIRES-}" ] && [ "$_mfaenv_now" -ge "$MFAENV_EXPIRES" ]; then
        \printf 'mfaenv: the session of profile %s has ended\n' "${MFAENV_PROFILE-}" >&2
        \unset @ENDING@
    fi
}
