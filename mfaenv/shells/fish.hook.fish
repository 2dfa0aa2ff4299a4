# The time, without a process: the age of a file and the moment of its last change together are now.
set -g _mfaenv_file (status fish-path)
if path mtime $_mfaenv_file &>/dev/null
    function _mfaenv_clock
        set -g _mfaenv_now (math (path mtime $_mfaenv_file) + (path mtime --relative $_mfaenv_file))
    end
else
    function _mfaenv_clock
        set -g _mfaenv_now (command date +%s)
    end
end

# That takes fish longer than all the rest. So where the system tells how long it is up, most prompts ask for that:
# once a minute for the time too, since a clock may be set, as after a laptop that holds a virtual machine has slept.
function _mfaenv_hold
    test -r /proc/uptime; and read -d ' ' -l up rest </proc/uptime; or return
    set -g _mfaenv_until (math "$up + min(60, $argv[1] - $_mfaenv_now)")
    set -g _mfaenv_holding $MFAENV_EXPIRES
end
set -g _mfaenv_holding no

# Look, without a process, at the word that every new session leaves in the store: whether it is another than before.
set -g _mfaenv_seen @SEEN@
function _mfaenv_look
    test -f "$MFAENV_STORE/latest" -a -O "$MFAENV_STORE/latest"; and read -l word <$MFAENV_STORE/latest
    or set -l word -
    test "$word" != "$_mfaenv_seen"; and set -g _mfaenv_seen $word
end

# At each prompt: where AWS_PROFILE has changed, or there may be news of the session, the program decides what this shell
# gets and loses. Before a command, only AWS_PROFILE: another program's hook may have set it after this one.
function _mfaenv_hook --on-event fish_prompt --on-event fish_preexec
    set -qx AWS_PROFILE; and set -l _mfaenv_named "$AWS_PROFILE" # programs see no other
    if test "$_mfaenv_named" = "$MFAENV_AWS_PROFILE"
        set -q argv[1]; and return # the command
        test -n "$_mfaenv_seen"; or _mfaenv_look
        if set -q MFAENV_EXPIRES
            if test "$MFAENV_EXPIRES" = "$_mfaenv_holding"
                read -d ' ' -l up rest </proc/uptime
                test $up -lt $_mfaenv_until; and return
            end
            string match -qr '^[0-9]+$' -- "$MFAENV_EXPIRES$MFAENV_NEXT"; or return
            _mfaenv_clock
            set -l next (math $MFAENV_EXPIRES - @FIRST@)
            set -q MFAENV_NEXT; and set next $MFAENV_NEXT
            set -l early (math "min($next, $MFAENV_EXPIRES - @EARLY@)")
            if test $_mfaenv_now -lt $early
                _mfaenv_hold $early
                return
            end
            test $_mfaenv_now -ge $next; or _mfaenv_look; or return
        else
            # Keys of the user's own, or an address where programs get theirs.
            test -z "$AWS_ACCESS_KEY_ID$AWS_CONTAINER_CREDENTIALS_FULL_URI"; and _mfaenv_look; or return
        end
        _mfaenv_ask due
    else
        _mfaenv_ask changed
    end
end

# The shell says once that the program, or its interpreter, is not found.
function _mfaenv_ask
    contains -- "$_mfaenv_status" 126 127; and not command sh -c "mfaenv --version" >/dev/null 2>&1; and return
    # What another window gets until the next prompt is news then.
    _mfaenv_look
    set -l seen $_mfaenv_seen
    _mfaenv_here hook $argv[1]
    set -g _mfaenv_status $status
    set -g _mfaenv_seen $seen
end
