# The time, without a process where bash has it: EPOCHSECONDS since 5.0, printf since 4.2.
if [ -n "${EPOCHSECONDS-}" ]; then
    _mfaenv_clock() { _mfaenv_now=$EPOCHSECONDS; }
elif \printf -v _mfaenv_now '%(%s)T' -1 2>/dev/null; then
    _mfaenv_clock() { \printf -v _mfaenv_now '%(%s)T' -1; }
else
    _mfaenv_start=$((@NOW@ - SECONDS))
    _mfaenv_clock() { _mfaenv_now=$((_mfaenv_start + SECONDS)); }
fi
# Look, without a process, whether the word in the store is another than before.
_mfaenv_look() {
    _mfaenv_before=$_mfaenv_seen _mfaenv_seen=-
    if [ -r "${MFAENV_STORE-}/latest" ]; then
        { IFS='' \read -r _mfaenv_seen <"${MFAENV_STORE-}/latest"; } 2>/dev/null || :
    fi
    [ "$_mfaenv_seen" != "$_mfaenv_before" ]
}
_mfaenv_hook() {
    _mfaenv_status=$?
    _mfaenv_check || :
    # Under errexit this status would end the shell.
    case $- in *e*) return 0 ;; esac
    return "$_mfaenv_status"
}
# Where it is exported, shells come by it that have no hook: they keep the status.
_mfaenv_hook=_mfaenv_hook
case ${PROMPT_COMMAND[*]-} in
    *_mfaenv_hook*) ;;
    # Behind what sets AWS_PROFILE there, as direnv does. Of an array bash before 5.1 runs the first element alone.
    *)
        _mfaenv_text="eval \"\${_mfaenv_hook-(exit \$?)}\""
        if [ -n "${PROMPT_COMMAND[1]+x}" ] && [ "${BASH_VERSINFO[0]}${BASH_VERSINFO[1]}" -ge 51 ]; then
            PROMPT_COMMAND+=("$_mfaenv_text")
        else
            \printf -v PROMPT_COMMAND '%s\n%s' "${PROMPT_COMMAND[0]-}" "$_mfaenv_text"
        fi
        ;;
esac
