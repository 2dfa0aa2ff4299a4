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

# That takes fish longer than all the rest. So where the system tells how long it is up, most prompts ask for that: for a
# minute from now at most, since the clock may be set.
function _mfaenv_hold
    test -r /proc/uptime; and read -l up rest </proc/uptime; or return
    set -g _mfaenv_until (math "min($up + 60, $up + $MFAENV_EXPIRES - @EARLY@ - $_mfaenv_now)")
    set -g _mfaenv_holding $MFAENV_EXPIRES
end
set -g _mfaenv_holding no

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
    if test "$MFAENV_EXPIRES" = "$_mfaenv_holding"
        read -l up rest </proc/uptime
        test $up -lt $_mfaenv_until; and return
    end
    test -n "$_mfaenv_seen"; or _mfaenv_look
    if set -q MFAENV_EXPIRES
        string match -qr '^[0-9]+$' -- "$MFAENV_EXPIRES"; or return
        _mfaenv_clock
        if test $_mfaenv_now -lt (math $MFAENV_EXPIRES - @EARLY@)
            _mfaenv_hold
            return
        end
    else if set -q AWS_ACCESS_KEY_ID; or set -q AWS_CONTAINER_CREDENTIALS_FULL_URI
        return # keys of the user's own, or an address where programs get theirs
    end
    not set -q MFAENV_PINNED; and _mfaenv_look; and _mfaenv_here --cached; and return
    if set -q MFAENV_EXPIRES; and test $_mfaenv_now -ge $MFAENV_EXPIRES
        set -l whose ''
        string match -qr '^\P{C}+$' -- "$MFAENV_PROFILE"; and set whose " of profile $MFAENV_PROFILE"
        echo "mfaenv: the session$whose has ended: type mfaenv for a new one" >&2
        # What the profile brought beside its session, where it still has that value.
        for word in (string split ' ' -- "$MFAENV_SETTINGS")
            set -l name (string replace -r '=.*' '' -- $word)
            string match -qr '^AWS_[A-Z0-9_]+$' -- "$name"; and test "$name=$$name" = "$word"; and set -eg $name
        end
        for name in @ENDING@
            set -eg $name
        end
        contains -- "$MFAENV_PROFILE_AS" @PROFILE_NAMES@; and set -eg $MFAENV_PROFILE_AS
    end
end
