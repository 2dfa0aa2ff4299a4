# The function of tcsh, whose aliases cannot choose: theirs sources this file, with the arguments in argv.
# A trace would show the keys.
set _mfaenv_echo = $?echo _mfaenv_verbose = $?verbose
unset echo verbose
set _mfaenv_text = '\mfaenv $argv:q'
# What they print may be for this shell: what the main command and unset print, and nothing else.
# By sh, since a status that is not 0 ends tcsh -e.
set _mfaenv_sets = `/bin/sh -c 'mfaenv sets "$@" && echo 1; :' sh $argv:q`
if ("$_mfaenv_sets" == 1) then
    # Not in double quotes, in which the arguments would be read as code. What is printed has no pattern.
    set _mfaenv_text = (`\mfaenv --shell tcsh $argv:q`)
    # Where it ended without a word; 3 is that of --cached, which prints nothing.
    set _mfaenv_status = $status
    if ($#_mfaenv_text == 0 && $_mfaenv_status != 3) set _mfaenv_text = "(exit $_mfaenv_status);"
    # In a subshell whose output something else reads, as in eval "`mfaenv`", they are printed too: it may be for eval.
    # There $$ is still the shell that made it, and not the parent of what it starts.
    if (! -t 1) then
        if (! $?echo_style) set echo_style = none _mfaenv_had_none
        set _mfaenv_echo_style = "$echo_style" echo_style = none
        echo $_mfaenv_text:q | /bin/sh -c 'if test $PPID = '$$'; then cat > /dev/null; else cat; fi'
        set echo_style = "$_mfaenv_echo_style"
        if ($?_mfaenv_had_none) unset echo_style _mfaenv_had_none
    endif
    if ($#_mfaenv_text == 0) set _mfaenv_text = "(exit $_mfaenv_status);"
endif
eval "unset _mfaenv_sets _mfaenv_text; $_mfaenv_text"
# What comes after that forgets the status.
set _mfaenv_status = $status
if ($_mfaenv_verbose) set verbose
if ($_mfaenv_echo) set echo
set status = $_mfaenv_status
