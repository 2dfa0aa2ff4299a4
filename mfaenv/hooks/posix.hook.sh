# At each prompt: nothing while the session holds. Else the one that another window got, or, once, that it is over.
_mfaenv_now=0
_mfaenv_check() {
    case ${MFAENV_EXPIRES-} in
        *[!0-9]*) return ;;
        '') [ -z "${AWS_ACCESS_KEY_ID-}" ] || return ;; # keys of the user's own
        *)
            _mfaenv_clock
            [ "$_mfaenv_now" -ge "$((MFAENV_EXPIRES - @EARLY@))" ] || return
            ;;
    esac
    _mfaenv_look
    if [ -z "${MFAENV_PINNED-}" ] && [ "$_mfaenv_latest" != "$_mfaenv_seen" ]; then
        ! mfaenv --cached || return
    fi
    if [ -n "${MFAENV_EXPIRES-}" ] && [ "$_mfaenv_now" -ge "$MFAENV_EXPIRES" ]; then
        printf 'mfaenv: the session of profile %s has ended\n' "${MFAENV_PROFILE-}" >&2
        unset @ENDING@
    fi
}
