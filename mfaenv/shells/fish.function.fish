# Whether what these arguments print is for this shell: what the main command and unset print, and nothing else.
function _mfaenv_for_this_shell
    set -l valued no
    for word in $argv
        if test $valued = yes; or test "$word" = unset
            set valued no
        else if string match -qr '@VALUED@' -- $word
            set valued yes
        else if string match -qr '@OTHER_OUTPUT@' -- $word
            return 1
        end
    end
    return 0
end

# Set here what the program prints, in a pipe and in a substitution too: fish has no subshells.
function _mfaenv_here --no-scope-shadowing
    # A trace would show the keys.
    set -l fish_trace
    command mfaenv --shell fish $argv | source
    set -l codes $pipestatus
    if test "$codes" = '0 0'
        # After that a hook looks at the store anew.
        set -g _mfaenv_seen ''
        set -g _mfaenv_holding no
        if set -qUx AWS_PROFILE # which is still there
            set -eg MFAENV_PUT_BACK
            set -gx MFAENV_AWS_PROFILE $AWS_PROFILE
        end
    else if status is-command-substitution; and not contains -- --cached $argv
        echo 'false;'
    end
    test $codes[1] -eq 0; or return $codes[1]
    return $codes[2]
end

function mfaenv --no-scope-shadowing
    if _mfaenv_for_this_shell $argv
        _mfaenv_here $argv
    else
        command mfaenv $argv
    end
end
