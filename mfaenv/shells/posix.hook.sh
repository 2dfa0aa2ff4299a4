# The word that every new session leaves in the store, as it was when it was last looked at.
_mfaenv_seen=@SEEN@ _mfaenv_before='' _mfaenv_asked=' ' _mfaenv_gone='' _mfaenv_now=0

# At each prompt: where AWS_PROFILE has changed, or there may be news of the session, the program decides what this shell
# gets and loses.
@CHECK@
    [ -n "$_mfaenv_seen" ] || @LOOK@ || :
    # To [[ Staging may be staging: nocasematch.
    if [ "${AWS_PROFILE-}" != "${MFAENV_AWS_PROFILE-}" ] && [ "${AWS_PROFILE-}" != "$_mfaenv_asked" ]; then
        _mfaenv_ask changed
        return 0
    fi
    case ${MFAENV_EXPIRES-} in
        '')
            # Keys of the user's own, or an address where programs get theirs.
            [[ -z "${AWS_ACCESS_KEY_ID-}${AWS_CONTAINER_CREDENTIALS_FULL_URI-}" ]] && @LOOK@ || return 0
            ;;
        *)
            case $MFAENV_EXPIRES${MFAENV_NEXT-} in *[!0-9]*) return 0 ;; esac
            @CLOCK@
            [ "$_mfaenv_now" -ge "$((MFAENV_EXPIRES - @FIRST@))" ] || return 0
            [ "$_mfaenv_now" -ge "${MFAENV_NEXT:-0}" ] ||
                { [ "$_mfaenv_now" -ge "$((MFAENV_EXPIRES - @EARLY@))" ] && @LOOK@; } || return 0
            ;;
    esac
    _mfaenv_ask due
}
# Apart, since a call takes bash the longer, the longer the function is.
_mfaenv_ask() {
    # The shell says once that the program, or its interpreter, is not found; env calls no command_not_found_handle.
    [ -z "$_mfaenv_gone" ] || (\export PATH="$PATH" && \command env mfaenv --version) >/dev/null 2>&1 || return 0
    # Where the program failed, or sees no AWS_PROFILE since it is not exported, the next prompt starts it again; where
    # variables are read-only, only another AWS_PROFILE does.
    @LOOK@ || :
    _mfaenv_asked=' ' _mfaenv_before=$_mfaenv_seen
    _mfaenv_here hook "$1" || [ -n "$_mfaenv_seen" ] || _mfaenv_asked=${AWS_PROFILE-}
    # What another window gets until the next prompt is news then.
    _mfaenv_seen=$_mfaenv_before
    case $_mfaenv_exit in 12[67]) _mfaenv_gone=yes ;; *) _mfaenv_gone='' ;; esac
}
