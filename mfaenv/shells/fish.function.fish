# Whether what these arguments print is for this shell: what the main command and unset print, and nothing else.
function _mfaenv_for_this_shell
    set -l valued no
    for word in $argv
        if test $valued = yes; or test "$word" = unset
            set valued no
        else if string match -qr '@VALUED@' -- $word
            set valued yes
        else if string match -qr '@ELSEWHERE@' -- $word
            return 1
        end
    end
    return 0
end

# Set here what the program prints; a hook looks at the store anew then.
function _mfaenv_here
    set -g _mfaenv_seen ''
    MFAENV_SHELL=fish command mfaenv $argv | source
    return $pipestatus[1]
end

function mfaenv
    if _mfaenv_for_this_shell $argv
        _mfaenv_here $argv
    else
        command mfaenv $argv
    end
end
