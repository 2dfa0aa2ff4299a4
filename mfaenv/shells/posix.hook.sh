# The word that every new session leaves in the store, as it was when it was last looked at.
_mfaenv_seen=@SEEN@ _mfaenv_before=''

# Remove what the profile brought beside its session, NAME=value by NAME=value, where it still has that value.
_mfaenv_rest='' _mfaenv_name='' _mfaenv_value=''
_mfaenv_forget() {
    _mfaenv_rest=$1
    while [ -n "$_mfaenv_rest" ]; do
        _mfaenv_name=${_mfaenv_rest%%=*} _mfaenv_value=${_mfaenv_rest%% *}
        _mfaenv_value=${_mfaenv_value#*=}
        case $_mfaenv_name in
            *[!A-Z0-9_]*) ;;
            AWS_*) \eval "[ \"\${$_mfaenv_name-}\" != \"\$_mfaenv_value\" ] || \\unset $_mfaenv_name" ;;
        esac
        case $_mfaenv_rest in
            *' '*) _mfaenv_rest=${_mfaenv_rest#* } ;;
            *) _mfaenv_rest='' ;;
        esac
    done
}

# At each prompt: nothing while the session holds. Else the one that another window got, or, once, that it is over.
_mfaenv_now=0
@CHECK@
    [ -n "$_mfaenv_seen" ] || @LOOK@ || :
    case ${MFAENV_EXPIRES-} in
        *[!0-9]*) return 0 ;;
        '')
            # Keys of the user's own, or an address where programs get theirs.
            [ -z "${AWS_ACCESS_KEY_ID-}${AWS_CONTAINER_CREDENTIALS_FULL_URI-}" ] || return 0
            ;;
        *)
            @CLOCK@
            [ "$_mfaenv_now" -ge "$((MFAENV_EXPIRES - @EARLY@))" ] || return 0
            ;;
    esac
    if [ -z "${MFAENV_PINNED-}" ] && @LOOK@ && _mfaenv_here --cached; then
        return 0
    fi
    if [ -n "${MFAENV_EXPIRES-}" ] && [ "$_mfaenv_now" -ge "$MFAENV_EXPIRES" ]; then
        # A name may hold controls of the terminal, and signs that turn its direction, which count as printable.
        case ${MFAENV_PROFILE-} in
            '' | *[![:alnum:]_.@+=:,/\ -]*) \set -- '' ;;
            *) \set -- " of profile $MFAENV_PROFILE" ;;
        esac
        \printf 'mfaenv: the session%s has ended: type mfaenv for a new one\n' "$1" >&2
        _mfaenv_forget "${MFAENV_SETTINGS-}"
        \unset @ENDING@
        case ${MFAENV_PROFILE_AS-} in
            @PROFILE_PATTERN@) \unset "$MFAENV_PROFILE_AS" ;;
        esac
    fi
}
