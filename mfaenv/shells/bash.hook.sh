# The time, without a process where bash has it: EPOCHSECONDS since 5.0, printf since 4.2.
if [ -n "${EPOCHSECONDS-}" ]; then
    _mfaenv_clock() { _mfaenv_now=$EPOCHSECONDS; }
elif \builtin printf -v _mfaenv_now '%(%s)T' -1 2>/dev/null; then
    _mfaenv_clock() { \builtin printf -v _mfaenv_now '%(%s)T' -1; }
else
    _mfaenv_start=$((@NOW@ - SECONDS))
    _mfaenv_clock() { _mfaenv_now=$((_mfaenv_start + SECONDS)); }
fi
# Look, without a process, whether the word in the store is another than before.
_mfaenv_look() {
    _mfaenv_before=$_mfaenv_seen _mfaenv_seen=-
    if [[ -f "${MFAENV_STORE-}/latest" && -O "${MFAENV_STORE-}/latest" ]]; then
        IFS='' \read -r _mfaenv_seen <"${MFAENV_STORE-}/latest" || :
    fi
    [[ "$_mfaenv_seen" != "$_mfaenv_before" ]]
}
# The status of the user's line stays, also for shells that inherit PROMPT_COMMAND and have no hook. What stands before
# `&&` ends no shell under errexit, and sets off no trap for errors.
_mfaenv_hook() {
    _mfaenv_status=$?
    _mfaenv_check || :
    return "$_mfaenv_status"
}
_mfaenv_hook=_mfaenv_hook
_mfaenv_text="eval \"\${_mfaenv_hook-(exit \$?)}\" && :"
case ${PROMPT_COMMAND[*]-} in
    *_mfaenv_hook*) ;;
    # Behind what sets AWS_PROFILE there, as direnv does, and what reads PIPESTATUS. Of an array bash before 5.1 runs the
    # first element alone.
    *)
        if [ -n "${PROMPT_COMMAND[1]+x}" ] && [ "${BASH_VERSINFO[0]}${BASH_VERSINFO[1]}" -ge 51 ]; then
            PROMPT_COMMAND+=("$_mfaenv_text")
        else
            \builtin printf -v PROMPT_COMMAND '%s\n%s' "${PROMPT_COMMAND[0]-}" "$_mfaenv_text"
        fi
        ;;
esac
