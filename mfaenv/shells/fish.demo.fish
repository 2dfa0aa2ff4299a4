@TEXT@
# Their prompt still sees the status of the last line.
function _mfaenv_demo_status
    return $argv[1]
end
if functions --query fish_prompt; and functions --copy fish_prompt _mfaenv_demo_theirs
    function fish_prompt
        set --local last $status
        printf '(mfaenv demo) '
        _mfaenv_demo_status $last
        _mfaenv_demo_theirs
    end
end
