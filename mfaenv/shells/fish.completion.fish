# Completion for mfaenv in fish: the program itself says what fits.
function _mfaenv_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l offered (command mfaenv complete fish $words "$word" 2>/dev/null)
    or return
    set -l index $offered[1]
    if test "$index" = 0
        printf '%s\n' $offered[2..]
    else
        set -e words[1..$index]
        complete --do-complete=(string join ' ' -- (string escape -- $words) "$word")
    end
end

complete -c mfaenv -f -a '(_mfaenv_complete)'
