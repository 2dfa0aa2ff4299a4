# The function of tcsh, whose aliases cannot choose: theirs sources this file, with the arguments in argv.
# What they print is for this shell: what the main command and unset print, and nothing else.
set _mfaenv_for_this_shell = 1 _mfaenv_valued = 0
foreach _mfaenv_word ($argv:q)
    if ($_mfaenv_valued) then
        set _mfaenv_valued = 0
        continue
    endif
    switch ($_mfaenv_word:q)
        case -[sfh]*:
        case -[qv][sfh]*:
        case --shell*:
        case --format*:
        case --version:
        case --help:
            set _mfaenv_for_this_shell = 0
            break
        case -[pcdr]:
        case -[qv][pcdr]:
        case --profile:
        case --token-code:
        case --token-command:
        case --serial-number:
        case --duration:
        case --role-arn:
        case --region:
        case --min-remaining:
            set _mfaenv_valued = 1
            breaksw
        case -*:
        case unset:
            breaksw
        default:
            set _mfaenv_for_this_shell = 0
            break
    endsw
end
set _mfaenv_text = '\mfaenv $argv:q'
if ($_mfaenv_for_this_shell) then
    set _mfaenv_noglob = $?noglob
    set noglob
    # Not in double quotes, in which the arguments would be read as code; so runs of blanks in a value become one.
    set _mfaenv_text = (`\mfaenv --shell tcsh $argv:q`)
    if (! $_mfaenv_noglob) unset noglob
endif
# An endif forgets the status, so this comes last.
eval "unset _mfaenv_text; $_mfaenv_text"
