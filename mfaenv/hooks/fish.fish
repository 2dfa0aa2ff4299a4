# Whether what these arguments print is for this shell: what the main command and unset print, and nothing else.
function _mfaenv_for_this_shell
    set -l valued @VALUED_WORDS@
    while set -q argv[1]
        switch $argv[1]
            case -h --help --version '-f*' '--format*' '-s*' '--shell*'
                return 1
            case $valued
                set -q argv[2]; or return 1
                set -e argv[1]
            case unset
                return 0
            case '-q*' '-v*'
                not string match -qr '[hfs]' -- $argv[1]; or return 1
            case '-*'
            case '*'
                return 1
        end
        set -e argv[1]
    end
end

# The word that every new session leaves in the store, read without a process.
function _mfaenv_look
    set -g _mfaenv_latest -
    test -r "$MFAENV_STORE/latest"; and read -g _mfaenv_latest <$MFAENV_STORE/latest
    true
end

function mfaenv
    if not _mfaenv_for_this_shell $argv
        command mfaenv $argv
        return
    end
    set -l text (MFAENV_SHELL=fish command mfaenv $argv | string collect -N)
    set -l result $pipestatus[1]
    test $result -ne 0; or printf %s "$text" | source
    _mfaenv_look
    set -g _mfaenv_seen $_mfaenv_latest
    return $result
end
