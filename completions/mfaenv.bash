# Completion for mfaenv in bash, from 3.2 on. No program is started but another's own completer; a fork reads files in
# 3.2, and lists all programs.
# shellcheck disable=SC2206,SC2207 # texts are cut into words on purpose, at IFS

# What the option $2 of the command $1 takes, or the command itself without $2: words, a thing of a kind, or nothing.
_mfaenv_takes() {
    case $1:$2 in
        status:-p | status:--profile | clear:-p | clear:--profile) takes='stored' ;;
        *:-p | *:--profile) takes='profiles' ;;
        *:-s | *:--shell) takes='bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc' ;;
        *:-f | *:--format) takes='json dotenv github process' ;;
        *:-c | *:--token-code | *:--serial-number | *:-d | *:--duration | *:-r | *:--role-arn | *:--region | *:--min-remaining) takes='text' ;;
        *:--token-command | exec: | demo:) takes='program' ;;
        *:--policy) takes='mfa none' ;;
        :) takes='unset process exec status clear init doctor policy demo' ;;
        init:) takes='bash zsh sh ksh fish tcsh powershell pwsh cmd nu elvish xonsh' ;;
        *) takes='' ;;
    esac
}

# The options of the command $1.
_mfaenv_flags() {
    case $1 in
        '') flags='-p --profile -s --shell -f --format -c --token-code --token-command --serial-number -d --duration -r --role-arn --region --min-remaining --refresh --cached --no-input -q --quiet -v --verbose --version -h --help' ;;
        'unset') flags='-s --shell -f --format -h --help' ;;
        'process') flags='-p --profile -c --token-code --token-command --serial-number -d --duration -r --role-arn --region --min-remaining --refresh --cached --no-input -q --quiet -v --verbose -h --help' ;;
        'exec') flags='-p --profile -c --token-code --token-command --serial-number -d --duration -r --role-arn --region --min-remaining --refresh --cached --no-input -q --quiet -v --verbose -h --help' ;;
        'status') flags='-p --profile --json -h --help' ;;
        'clear') flags='-p --profile -q --quiet -h --help' ;;
        'init') flags='-p --profile --no-hook -h --help' ;;
        'doctor') flags='-p --profile -c --token-code --token-command --serial-number -d --duration -r --role-arn --region --min-remaining --refresh --no-input -q --quiet -v --verbose --json -h --help' ;;
        'policy') flags='-q --quiet --self-service -h --help' ;;
        'demo') flags='--policy --code -h --help' ;;
    esac
}

# Cut the line before the cursor into words, without their quotes; bash itself would cut at = and : too. The last one is
# in `word`: readline replaces it from character `cut` on; it begins at character `start` of the line, as the words
# before it do at those in `starts`. A quote that is still open is in `quote`.
_mfaenv_split() {
    local text=${COMP_LINE:0:COMP_POINT} breaks=${COMP_WORDBREAKS//[!=:@]/} part tail
    words=() starts=() word='' start=0 cut=0 quote=''
    while [[ $text ]]; do
        case $text in
            [[:space:]]*)
                if ((COMP_POINT - ${#text} > start)); then
                    words+=("$word") starts+=("$start")
                fi
                text=${text#?} word='' cut=0
                start=$((COMP_POINT - ${#text}))
                ;;
            \\*)
                word+=${text:1:1} text=${text:2}
                ;;
            [\"\']*)
                quote=${text:0:1} text=${text#?} cut=${#word}
                while [[ $text && $text != "$quote"* ]]; do
                    [[ $quote$text != '"'\\* ]] || text=${text#?}
                    word+=${text:0:1} text=${text#?}
                done
                [[ ! $text ]] || text=${text#?} quote=''
                ;;
            *)
                part=${text%%[\\\"\'[:space:]]*}
                tail=${part##*["${breaks:- }"]}
                [[ $tail == "$part" ]] || cut=$((${#word} + ${#part} - ${#tail}))
                [[ $part != *@"$tail" ]] || ((cut -= 1)) # readline's word begins with this one
                word+=$part text=${text:${#part}}
                ;;
        esac
    done
}

# The functions from here to _mfaenv_values work on the list `names`; IFS is a line break in them, and nothing is globbed.
# A list changes as a whole where it can: a loop takes several times as long, and some people have a thousand profiles. It
# is joined to a text, in which what goes is empty, and cut anew: without the quotes bash 3.2 would not join it at IFS.

# Make names of the `text`: of the lines that begin with a mark, without that, and without all from the pattern $1 on.
_mfaenv_cut() {
    local IFS=$mark
    names=($text)
    IFS=$'\n'
    text="${names[*]%%$1*}$IFS"
    names=(${text#*"$IFS"})
}

# Keep the names that begin with what is typed.
_mfaenv_keep() {
    local with=$mark$word text
    ! shopt -q patsub_replacement 2>/dev/null || with=$mark\& # what is replaced, from bash 5.2 on
    text="${names[*]/#"$word"/$with}"
    _mfaenv_cut "$IFS"
}

# Add the lines of the file $1 that begin with the character $2.
_mfaenv_read() {
    local lines text
    [[ -f $1 && -r $1 ]] || return 0
    if ((BASH_VERSINFO[0] > 3)); then
        mapfile -t lines 2>/dev/null <"$1" # the store may be swept meanwhile
    else
        lines=($(<"$1"))
    fi
    text="${lines[*]##[!$2]*}"
    names+=($text)
}

# Take a profile's name out of its quotes and of the blanks around it; several words are no name.
_mfaenv_unquote() {
    local i name
    for i in "${!names[@]}"; do
        [[ ${names[i]} == *[[:blank:]\"\']* ]] || continue
        name=${names[i]#"${names[i]%%[![:blank:]]*}"} name=${name%"${name##*[![:blank:]]}"}
        case $name in
            \"*\" | \'*\') names[i]=${name:1:${#name}-2} ;;
            *[[:blank:]]*) unset "names[i]" ;;
            *) names[i]=$name ;;
        esac
    done
}

# Add the profiles of the AWS files.
_mfaenv_profiles() {
    local file=${AWS_SHARED_CREDENTIALS_FILE-$HOME/.aws/credentials} credentials text
    _mfaenv_read "${file/#\~\//$HOME/}" '['
    text="${names[*]/#\[/$mark}"
    _mfaenv_cut '\]'
    credentials=("${names[@]}") names=() file=${AWS_CONFIG_FILE-$HOME/.aws/config}
    _mfaenv_read "${file/#\~\//$HOME/}" '['
    [[ "$IFS${names[*]}" != *"$IFS"'[default]'* ]] || credentials+=(default)
    text="${names[*]/#\[profile[[:blank:]]/$mark}"
    _mfaenv_cut '\]'
    [[ $text != *[[:blank:]\"\']* ]] || _mfaenv_unquote
    names+=("${credentials[@]}")
}

# Add the profiles of the stored sessions.
_mfaenv_stored() {
    local file text cache=${XDG_CACHE_HOME:-~/.cache}/mfaenv
    set +f
    for file in "${MFAENV_CACHE_DIR:-$cache}"/session-* ~/Library/Caches/mfaenv/session-*; do
        _mfaenv_read "$file" p
    done
    set -f
    text="${names[*]/#profiles=/$mark}"
    _mfaenv_cut "$IFS"
    text="${names[*]//%0A/$IFS}"
    names=(${text//%25/%})
}

# Offer what an option or a command takes, after what stands before it in the same word.
_mfaenv_values() { # TAKES [BEFORE]
    local options=$- failglob=0 IFS=$'\n' mark=$'\3' names=() text typed=${word#"${2-}"}
    local - 2>/dev/null || : # from bash 4.4 on Ctrl-C brings the options back too
    set -f +u                # bash before 4.4 takes an empty list for an unset one
    ! shopt -q failglob || failglob=1
    shopt -u failglob
    case $1 in
        profiles) _mfaenv_profiles ;;
        stored) _mfaenv_stored ;;
        program) names=($(compgen -c -- "$typed")) ;;
        file) names=($(compgen -f -- "$typed")) ;;
        text) ;;
        *) names=(${1// /$IFS}) ;;
    esac
    if [[ ${2-} ]]; then
        text="${names[*]/#/$2}"
        names=($text)
    fi
    [[ ! $word ]] || _mfaenv_keep
    ((!cut)) || names=("${names[@]#"${word:0:cut}"}")
    if [[ $quote ]]; then
        text="${names[*]##*[\"\'\\\`\$!]*}" # the others would end the quotes, or run
    else
        printf -v text '%q\n' "${names[@]}"
    fi
    ((!${#names[@]})) || COMPREPLY=($text)
    [[ $options == *f* ]] || set +f
    [[ $options != *u* ]] || set -u
    ((!failglob)) || shopt -s failglob
}

# Complete as if the line began at character $1, with the program there: by its own completion, or else with files.
_mfaenv_program() {
    local offset=0 place=0 before finder
    while before=${COMP_LINE:place} before=${before%%"${COMP_WORDS[offset]}"*} && ((place + ${#before} < $1)); do
        ((place += ${#before} + ${#COMP_WORDS[offset]}, offset += 1))
    done
    for finder in _comp_command_offset _command_offset; do
        if declare -F "$finder" >/dev/null; then
            "$finder" "$offset"
            return
        fi
    done
    if ((COMP_CWORD == offset)); then
        _mfaenv_values program
        return
    fi
    local line=$COMP_LINE cursor=$COMP_POINT
    local -a COMP_WORDS=("${COMP_WORDS[@]:offset}")
    local COMP_LINE=${line:$1} COMP_POINT=$((cursor - $1)) COMP_CWORD=$((COMP_CWORD - offset))
    finder=$(complete -p -- "${COMP_WORDS[0]##*/}" 2>/dev/null)
    set -- "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    if [[ $finder == *' -F '* ]]; then
        finder=${finder##* -F }
        "${finder%% *}" "$@"
    elif [[ $finder == *' -C '* ]]; then # a command line, in quotes
        finder=${finder#* -C }
        eval "finder=${finder% *}"
        finder="export COMP_LINE COMP_POINT COMP_TYPE COMP_KEY; $finder \"\$@\""
        IFS=$'\n' read -r -d '' -a COMPREPLY <<<"$(eval "$finder")" || :
    fi
    ((${#COMPREPLY[@]})) || compopt -o default 2>/dev/null || _mfaenv_values file
}

# The option in the word $1 that takes a value is put into `flag`, what it takes into `takes`, and what stands before that
# value in the same word into `before`; nothing is for a word of its own.
_mfaenv_flag() {
    flag=$1 before=''
    case $1 in
        --*=*) flag=${1%%=*} before=$flag= ;;
        --*) ;;
        *) before=${1%%[psfcdr]*} flag=-${1:${#before}:1} before+=${flag#-} ;;
    esac
    _mfaenv_takes "$command" "$flag"
    [[ $takes ]] || flag='' before=''
    [[ $before != "$1" || $before == *= ]] || before=''
}

_mfaenv() {
    local words starts word start cut quote takes='' flags='' command='' flag='' before='' argument='' i
    COMPREPLY=()
    _mfaenv_split
    for ((i = 1; i < ${#words[@]}; i++)); do
        if [[ $flag ]]; then
            flag=''
            continue
        fi
        case ${words[i]} in
            --)
                argument=${starts[i + 1]-$start}
                break
                ;;
            -*)
                _mfaenv_flag "${words[i]}"
                [[ ! $before ]] || flag=''
                ;;
            *)
                if [[ ! $command ]]; then
                    command=${words[i]}
                    continue
                fi
                argument=${starts[i]}
                _mfaenv_takes "$command" ''
                [[ $takes != program ]] || break
                ;;
        esac
    done
    if [[ $flag ]]; then
        _mfaenv_takes "$command" "$flag"
        _mfaenv_values "$takes"
        return
    fi
    _mfaenv_takes "$command" ''
    if [[ $takes == program && $argument ]]; then
        _mfaenv_program "$argument"
    elif [[ $word == -* ]]; then
        _mfaenv_flag "$word"
        if [[ $before ]]; then
            _mfaenv_values "$takes" "$before"
        else
            _mfaenv_flags "$command"
            _mfaenv_values "$flags"
        fi
    elif [[ $takes == program ]]; then
        _mfaenv_program "$start"
    elif [[ ! $argument ]]; then
        _mfaenv_values "$takes"
    fi
}
complete -F _mfaenv mfaenv
