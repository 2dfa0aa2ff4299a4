# Completion for mfaenv in bash, from 3.2 on. No process is started, but for the list of all programs.
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
        'status') flags='-p --profile -v --verbose --json -h --help' ;;
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

# Offer those of the arguments that begin with what is typed, each in quotes where it needs them.
_mfaenv_offer() {
    local name tail
    for name; do
        [[ $name == "$word"* ]] || continue
        tail=${name:cut}
        if [[ ! $quote ]]; then
            printf -v tail %q "$tail"
        elif [[ $tail == *[\"\'\\\`\$!]* ]]; then
            continue # it would end the quotes, or run
        fi
        COMPREPLY+=("$tail")
    done
}

# The profiles of the config or the credentials file $2 that may begin with $3 are added to `names`.
_mfaenv_read() {
    local file=${2/#\~\//$HOME/} options=$- IFS=$'\n' text lines title
    [[ -f $file && -r $file ]] || return 0
    IFS='' read -r -d '' text <"$file" || :
    set -f
    lines=($text) text="${lines[*]##[!\[]*}" # lines that do not begin with a bracket are empty now
    lines=($text)
    [[ $options == *f* ]] || set +f
    ((${#lines[@]})) || return 0
    for title in "${lines[@]}"; do
        [[ $title == *"$3"*\]* ]] || continue
        title=${title#\[} title=${title%\]*}
        if [[ $1 == config && $title != default ]]; then
            [[ $title == profile[[:blank:]]* ]] || continue
            title=${title#profile}
            title=${title#"${title%%[![:blank:]]*}"} title=${title%"${title##*[![:blank:]]}"}
            case $title in
                \"*\" | \'*\') title=${title:1:${#title}-2} ;;
                *[[:blank:]]*) continue ;;
            esac
        fi
        names+=("$title")
    done
}

# The profiles of the stored sessions are added to `names`.
_mfaenv_stored() {
    if shopt -q failglob; then
        shopt -u failglob
        _mfaenv_stored
        shopt -s failglob
        return
    fi
    local file line cache=${XDG_CACHE_HOME:-~/.cache}/mfaenv
    for file in "${MFAENV_CACHE_DIR:-$cache}"/session-* ~/Library/Caches/mfaenv/session-*; do
        [[ -f $file && -r $file ]] || continue
        while IFS='' read -r line; do
            [[ $line == profiles=* ]] || continue
            line=${line#profiles=}%0A
            while [[ $line ]]; do
                names+=("${line%%\%0A*}")
                line=${line#*%0A}
            done
            break
        done <"$file"
    done
    ((! ${#names[@]})) || names=("${names[@]//%25/%}")
}

# Offer what an option or a command takes, after what stands before it in the same word.
_mfaenv_values() { # TAKES [BEFORE]
    local IFS=$' \t\n' names=() typed=${word#"${2-}"}
    case $1 in
        profiles)
            _mfaenv_read config "${AWS_CONFIG_FILE-$HOME/.aws/config}" "$typed"
            _mfaenv_read credentials "${AWS_SHARED_CREDENTIALS_FILE-$HOME/.aws/credentials}" "$typed"
            ;;
        stored) _mfaenv_stored ;;
        program) IFS=$'\n' names=($(compgen -c -- "$typed")) ;;
        file) IFS=$'\n' names=($(compgen -f -- "$typed")) ;;
        text) ;;
        *) names=($1) ;;
    esac
    ((! ${#names[@]})) || _mfaenv_offer "${names[@]/#/${2-}}"
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
    if [[ $finder == *' -F '* ]]; then
        finder=${finder##* -F }
        "${finder%% *}" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    fi
    ((${#COMPREPLY[@]})) || compopt -o default 2>/dev/null || _mfaenv_values file
}

_mfaenv() {
    local words starts word start cut quote takes='' flags='' command='' flag='' argument='' i
    COMPREPLY=()
    _mfaenv_split
    for ((i = 1; i < ${#words[@]}; i++)); do
        if [[ $flag ]]; then
            flag=''
            continue
        fi
        case ${words[i]} in
            --) argument=${starts[i + 1]-$start} ;;
            -*)
                _mfaenv_takes "$command" "${words[i]}"
                [[ ! $takes ]] || flag=${words[i]}
                continue
                ;;
            *)
                if [[ ! $command ]]; then
                    command=${words[i]}
                    continue
                fi
                argument=${starts[i]}
                ;;
        esac
        break
    done
    _mfaenv_takes "$command" ''
    if [[ $flag ]]; then
        _mfaenv_takes "$command" "$flag"
        _mfaenv_values "$takes"
    elif [[ $takes == program && $argument ]]; then
        _mfaenv_program "$argument"
    elif [[ $argument ]]; then
        return 0
    elif [[ $word == --*=* ]]; then
        _mfaenv_takes "$command" "${word%%=*}"
        _mfaenv_values "$takes" "${word%%=*}="
    elif [[ $word == -* ]]; then
        _mfaenv_flags "$command"
        _mfaenv_values "$flags"
    elif [[ $takes == program ]]; then
        _mfaenv_program "$start"
    else
        _mfaenv_values "$takes"
    fi
}
complete -F _mfaenv mfaenv
