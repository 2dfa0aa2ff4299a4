# Completion for mfaenv in bash, from 3.2 on: the program itself says what fits.
_mfaenv_complete() {
    local answer index start
    compopt +o default 2>/dev/null || :
    answer=$(\exec mfaenv complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" "${COMP_WORDS[@]}" 2>/dev/null) || :
    {
        IFS=' ' read -r index start
        IFS=$'\n' read -r -d '' -a COMPREPLY
    } <<<"$answer" || :
    [[ $index != [1-9]* ]] || _mfaenv_complete_program "$index" "$start"
}

# Complete as if the line began at the word $1, the character $2, with the program there: by its own completion, or else
# with files. This is what bash-completion has _command_offset for.
_mfaenv_complete_program() {
    local line=${COMP_LINE:$2} point=$((COMP_POINT - $2)) finder option
    if [[ ${COMP_WORDS[$1]} == -* ]]; then # an option that takes a file
        compopt -o default 2>/dev/null || :
        return 0
    fi
    for finder in _comp_command_offset _command_offset; do
        if declare -F "$finder" >/dev/null; then
            "$finder" "$1"
            return
        fi
    done
    local -a COMP_WORDS=("${COMP_WORDS[@]:$1}")
    local COMP_LINE=$line COMP_POINT=$point COMP_CWORD=$((COMP_CWORD - $1))
    finder=$(complete -p -- "${COMP_WORDS[0]##*/}" 2>/dev/null)
    set -- "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD ? COMP_CWORD - 1 : 0]}"
    for option in bashdefault default dirnames filenames noquote nosort nospace plusdirs; do
        [[ $COMP_CWORD == 0 || $finder != *" -o $option "* ]] || compopt -o "$option" 2>/dev/null || :
    done
    if [[ $finder == *' -F '* && ${finder##* -F } != *\'* && $COMP_CWORD != 0 ]]; then # no word of a list, in quotes
        finder=${finder##* -F }
        "${finder%% *}" "$@"
    elif [[ $finder == *" -C '"* && ${finder%% -C *} != *\'* && $COMP_CWORD != 0 ]]; then # a command line, in quotes
        finder=${finder#* -C }
        eval "finder=${finder% *}"
        finder="export COMP_LINE COMP_POINT COMP_TYPE COMP_KEY; $finder \"\$@\""
        IFS=$'\n' read -r -d '' -a COMPREPLY <<<"$(eval "$finder")" || :
    fi
    ((${#COMPREPLY[@]})) || compopt -o default 2>/dev/null || :
}
# With files where nothing else fits, in readline's quotes: bash 3.2 has no compopt that would ask for them.
complete -o default -F _mfaenv_complete mfaenv
