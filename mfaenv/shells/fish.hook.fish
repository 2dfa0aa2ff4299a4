# The time, without a process: the age of a file and the moment of its last change together are now.
if path mtime / &>/dev/null
    function _mfaenv_clock
        set -g _mfaenv_now (math (path mtime /) + (path mtime --relative /))
    end
else
    function _mfaenv_clock
        set -g _mfaenv_now (command date +%s)
    end
end

# Look, without a process, at the word that every new session leaves in the store: whether it is another than before.
set -g _mfaenv_seen @SEEN@
function _mfaenv_look
    set -l before $_mfaenv_seen
    set -g _mfaenv_seen -
    test -r "$MFAENV_STORE/latest"; and read -g _mfaenv_seen <$MFAENV_STORE/latest
    test "$_mfaenv_seen" != "$before"
end

# At each prompt: nothing while the session holds. Else the one that another window got, or, once, that it is over.
function _mfaenv_hook --on-event fish_prompt
    test -n "$_mfaenv_seen"; or _mfaenv_look
    if set -q MFAENV_EXPIRES
        string match -qr '^[0-9]+$' -- "$MFAENV_EXPIRES"; or return
        _mfaenv_clock
        test $_mfaenv_now -ge (math $MFAENV_EXPIRES - @EARLY@); or return
    else if set -q AWS_ACCESS_KEY_ID
        return # keys of the user's own
    end
    not set -q MFAENV_PINNED; and _mfaenv_look; and _mfaenv_here --cached; and return
    if set -q MFAENV_EXPIRES; and test $_mfaenv_now -ge $MFAENV_EXPIRES
        echo "mfaenv: the session of profile $MFAENV_PROFILE has ended" >&2
        for name in @ENDING@
            set -eg $name
        end
    end
end
