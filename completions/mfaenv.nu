# Completion for mfaenv in nushell, from 0.108 on. No process is started, but for another program's own completer.

# By command its sentence, what it takes, and its options, each with its sentence and what it takes.
const _mfaenv_catalog = {"mfaenv": {"help": "Turn an MFA code into AWS credentials: print the lines that set them in a shell.", "takes": "", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-s": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "--shell": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "-f": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "--format": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--cached": {"help": "Print the stored session, or nothing and exit 3", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "--version": {"help": "Show the version", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "unset": {"help": "Print the lines that remove what mfaenv has set.", "takes": "", "options": {"-s": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "--shell": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "-f": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "--format": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "process": {"help": "Answer as a credential_process of the AWS config file.", "takes": "", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--cached": {"help": "Print the stored session, or nothing and exit 3", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "exec": {"help": "Run a program, or your shell, with the session in its environment.", "takes": "program", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--cached": {"help": "Print the stored session, or nothing and exit 3", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "status": {"help": "Tell what is in force in this shell, and what is stored.", "takes": "", "options": {"-p": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "--profile": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "--json": {"help": "Print data for scripts", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "clear": {"help": "Delete stored sessions, of one profile with -p.", "takes": "", "options": {"-p": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "--profile": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "init": {"help": "Print a function, prompt hook and completion for the shell's profile.", "takes": "bash zsh sh ksh fish tcsh powershell pwsh cmd nu elvish xonsh", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "--no-hook": {"help": "Leave the prompt hook out", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "doctor": {"help": "Show what is set up, and prove whether MFA is really required.", "takes": "", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "--json": {"help": "Print data for scripts", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "policy": {"help": "Print the IAM policy that denies everything without MFA.", "takes": "", "options": {"-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "--self-service": {"help": "Leave a user able to set up the MFA device", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "demo": {"help": "Try all of this with a pretend AWS, without an account.", "takes": "program", "options": {"--policy": {"help": "Policy in force there: mfa or none", "takes": "mfa none"}, "--code": {"help": "Show the code of the demo's MFA device", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}}

# The titles of the sections of the file that a variable names, or the usual one.
def _mfaenv_titles [variable: string, usual: string]: nothing -> list<string> {
    let file = ($env | get --optional $variable | default $usual)
    if $file == '' { return [] }
    try {
        open --raw ($file | path expand) | decode utf-8 | lines | parse --regex '^\[(?<title>.*)\]' | get title
    } catch { [] }
}

# The profiles of the AWS files.
def _mfaenv_profiles []: nothing -> list<string> {
    let quoted = r#'^profile\s+(?:"(?<a>.*)"|'(?<b>.*)'|(?<c>\S+))\s*$'#
    _mfaenv_titles AWS_CONFIG_FILE ~/.aws/config
    | each {|title| if $title == default { $title } else { $title | parse --regex $quoted | each { values | str join } } }
    | flatten
    | append (_mfaenv_titles AWS_SHARED_CREDENTIALS_FILE ~/.aws/credentials)
    | uniq
}

# The profiles of the stored sessions.
def _mfaenv_stored []: nothing -> list<string> {
    let caches = ($env.XDG_CACHE_HOME? | default ~/.cache)
    [($env.MFAENV_CACHE_DIR? | default $'($caches)/mfaenv') ~/Library/Caches/mfaenv]
    | each { path expand } | where ($it | path exists)
    | each {|store| ls $store | get name | where ($it | path basename) starts-with session- } | flatten
    | each {|file| try { open --raw $file | decode utf-8 | parse --regex '(?m)^profiles=(?<names>.*)$' | get names } catch { [] } }
    | flatten | each { split row '%0A' | str replace --all '%25' '%' } | flatten | uniq
}

# The programs on the path.
def _mfaenv_programs []: nothing -> list<string> {
    $env.PATH | where ($it | path exists) | each {|folder| ls --short-names $folder | get name } | flatten | uniq
}

# What an option or a command takes; nothing where files are as good as anything.
def _mfaenv_values [takes: string] {
    match $takes {
        profiles => (_mfaenv_profiles)
        stored => (_mfaenv_stored)
        program => (_mfaenv_programs)
        text | '' => []
        _ => ($takes | split row ' ')
    }
}

# The candidates that begin with what is typed, after what stands before it in the same word, in quotes where needed.
def _mfaenv_offer [typed: string, before: string = '']: list<any> -> list<any> {
    let rows = $in
    let start = ($typed | str trim --left --char '"' | str trim --left --char "'" | str trim --left --char '`')
    $rows | each {|row| if ($row | describe) == string { {value: $row} } else { $row } }
    | update value { $before + $in }
    | where value starts-with $start
    | update value { if $in =~ '^[\w./:@%+=,-]+$' { $in } else { $in | to json } }
}

# Complete a program's arguments by the completer for programs, where there is one; nothing means files.
def _mfaenv_program [spans: list<string>] {
    let completer = $env.config.completions.external.completer?
    if ($spans | length) == 1 {
        _mfaenv_programs | _mfaenv_offer $spans.0
    } else if $completer == null {
        null
    } else {
        do $completer $spans
    }
}

# What an option of a command takes; nothing where it takes nothing, or is none.
def _mfaenv_taken [row: record, flag: string]: nothing -> string {
    $row.options | get --optional $flag | default {takes: ''} | get takes
}

def _mfaenv_complete [spans: list<string>] {
    mut command = 'mfaenv'
    mut flag = ''
    mut argument = false
    for place in 1..<(($spans | length) - 1) {
        let word = ($spans | get $place)
        let row = ($_mfaenv_catalog | get $command)
        if $flag != '' {
            $flag = ''
        } else if $word == -- and $row.takes == program {
            return (_mfaenv_program ($spans | skip ($place + 1)))
        } else if ($word | str starts-with -) {
            let last = ($word | str replace --regex '^-[^-psfcdr]*([psfcdr])$' '-$1')
            if (_mfaenv_taken $row $last) != '' { $flag = $last }
        } else if $command == mfaenv and $word in $_mfaenv_catalog {
            $command = $word
        } else if $row.takes == program {
            return (_mfaenv_program ($spans | skip $place))
        } else {
            $argument = true
        }
    }
    let typed = ($spans | last)
    let row = ($_mfaenv_catalog | get $command)
    let long = ($typed | parse --regex '^["''`]?(?<before>(?<flag>--[^=]+)=)')
    let short = ($typed | parse --regex '^["''`]?(?<before>-[^-psfcdr]*(?<flag>[psfcdr])).' | update flag { '-' + $in })
    let joined = ($long | append $short)
    if $flag != '' {
        _mfaenv_values (_mfaenv_taken $row $flag) | _mfaenv_offer $typed
    } else if ($joined | is-not-empty) {
        _mfaenv_values (_mfaenv_taken $row $joined.0.flag) | _mfaenv_offer $typed $joined.0.before
    } else if ($typed | str starts-with -) {
        $row.options | _mfaenv_explained | _mfaenv_offer $typed
    } else if $command == mfaenv {
        $_mfaenv_catalog | reject mfaenv | _mfaenv_explained | _mfaenv_offer $typed
    } else if $row.takes == program {
        _mfaenv_program [$typed]
    } else if $argument {
        []
    } else {
        _mfaenv_values $row.takes | _mfaenv_offer $typed
    }
}

# The names of a record, with the sentences of what they stand for.
def _mfaenv_explained []: record -> list<any> {
    transpose name row | each { {value: $in.name, description: $in.row.help} }
}

@complete _mfaenv_complete
export extern mfaenv [...words: string]
