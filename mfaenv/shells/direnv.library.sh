# For direnv, kept in ~/.config/direnv/lib/mfaenv.sh: `use mfaenv PROFILE` in an .envrc.

_mfaenv_named=${AWS_PROFILE-} # direnv reads this file before the .envrc, which may set another
case ${MFAENV_AWS_PROFILE-} in
    '' | "${_mfaenv_named:-${MFAENV_PUT_BACK-}}" | 'not yet seen') _mfaenv_mark='' ;;
    # It changed on the way here, by a folder that was left, and the prompt hook does not know it yet.
    *) _mfaenv_mark='in this folder: ' ;;
esac

# Set the profile's stored session, again whenever one is stored or replaced. It asks for nothing: where none is stored,
# there are no keys, and a line says what to type.
use_mfaenv() {
    local store=@STORE@
    watch_file "${MFAENV_STORE:-$store}/latest"
    export MFAENV_AWS_PROFILE="${AWS_PROFILE-}" # this folder is no change of it for the prompt hook
    local text wrong='' flags=$- status=0 mark=$_mfaenv_mark get="mfaenv${1+ -p $(printf %q "$1")}"
    local named=${AWS_PROFILE-} profile=${1:-${AWS_PROFILE:-${AWS_DEFAULT_PROFILE:-${MFAENV_PROFILE-}}}}
    { set +xv; } 2>/dev/null # a trace would show the keys
    if [[ $# -gt 1 || ${1-} == -* ]]; then
        wrong='use mfaenv takes a profile, and no options' status=1
    elif [[ -n ${MFAENV_ONLY-} || ${MFAENV_SERVED:+${AWS_CONTAINER_CREDENTIALS_FULL_URI-}} == http://127.0.0.1:* ]]; then
        echo 'mfaenv: this shell keeps the session that mfaenv exec gave it' >&2
    elif [ -n "${MFAENV_SESSION_POLICY-}" ]; then
        printf "mfaenv: this shell stays limited: for the folder's session, type %s\n" "$get" >&2
        mark=''
    elif text=$(command mfaenv --shell bash --cached ${1+"--profile=$1"}); then
        eval "$text" || status=$?
    else
        wrong="no session is stored: type $get"
    fi
    if [ -n "$wrong" ]; then
        # Without the program too.
        unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN MFAENV_EXPIRES
        eval "$(command mfaenv unset --shell bash)"
        export MFAENV_AWS_PROFILE="${AWS_PROFILE-}" MFAENV_KEY='' # direnv is to take the next session's keys back
        [ "$status" != 0 ] || [ -z "$profile" ] || export MFAENV_PROFILE=$profile
        printf 'mfaenv: %s\n' "$wrong" >&2
    fi
    # The .envrc's own variable stays, and goes with the folder: the hook is not to put it back.
    if [[ -z ${AWS_PROFILE-} && -n $named && $named != "$_mfaenv_named" ]]; then
        export AWS_PROFILE=$named
        unset MFAENV_PUT_BACK
    fi
    [ -z "${AWS_PROFILE-}" ] || export MFAENV_AWS_PROFILE=$AWS_PROFILE
    [ -z "$mark" ] || export MFAENV_AWS_PROFILE="$mark${MFAENV_AWS_PROFILE-}"
    case $flags in *v*) set -v ;; esac
    case $flags in *x*) set -x ;; esac
    return $status
}
