# Completion for mfaenv in elvish. No process is started.

use path
use re
use str

# By command its sentence, what it takes, and its options, each with its sentence and what it takes.
var _mfaenv_catalog = (echo '{"mfaenv": {"help": "Turn an MFA code into AWS credentials: print the lines that set them in a shell.", "takes": "", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-s": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "--shell": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "-f": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "--format": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--cached": {"help": "Print the stored session, or nothing and exit 3", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "--version": {"help": "Show the version", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "unset": {"help": "Print the lines that remove what mfaenv has set.", "takes": "", "options": {"-s": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "--shell": {"help": "Target shell", "takes": "bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc"}, "-f": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "--format": {"help": "Data instead: json, dotenv, github or process", "takes": "json dotenv github process"}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "process": {"help": "Answer as a credential_process of the AWS config file.", "takes": "", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--cached": {"help": "Print the stored session, or nothing and exit 3", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "exec": {"help": "Run a program, or your shell, with the session in its environment.", "takes": "program", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--cached": {"help": "Print the stored session, or nothing and exit 3", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "status": {"help": "Tell what is in force in this shell, and what is stored.", "takes": "", "options": {"-p": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "--profile": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "--json": {"help": "Print data for scripts", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "clear": {"help": "Delete stored sessions, of one profile with -p.", "takes": "", "options": {"-p": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "--profile": {"help": "Profile whose stored sessions are meant", "takes": "stored"}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "init": {"help": "Print a function, prompt hook and completion for the shell''s profile.", "takes": "bash zsh sh ksh fish tcsh powershell pwsh cmd nu elvish xonsh", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "--no-hook": {"help": "Leave the prompt hook out", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "doctor": {"help": "Show what is set up, and prove whether MFA is really required.", "takes": "", "options": {"-p": {"help": "Profile of the AWS files", "takes": "profiles"}, "--profile": {"help": "Profile of the AWS files", "takes": "profiles"}, "-c": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-code": {"help": "The MFA code, - for stdin", "takes": "text"}, "--token-command": {"help": "Program that prints the code", "takes": "program"}, "--serial-number": {"help": "MFA device", "takes": "text"}, "-d": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "--duration": {"help": "How long: 900, 12h, 1h30m", "takes": "text"}, "-r": {"help": "Role to assume with the session", "takes": "text"}, "--role-arn": {"help": "Role to assume with the session", "takes": "text"}, "--region": {"help": "Region to export and to call STS in", "takes": "text"}, "--min-remaining": {"help": "Renew if less is left", "takes": "text"}, "--refresh": {"help": "Get a new session even if the stored one still holds", "takes": ""}, "--no-input": {"help": "Never ask; calling AWS is allowed", "takes": ""}, "-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "-v": {"help": "Say where every value came from", "takes": ""}, "--verbose": {"help": "Say where every value came from", "takes": ""}, "--json": {"help": "Print data for scripts", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "policy": {"help": "Print the IAM policy that denies everything without MFA.", "takes": "", "options": {"-q": {"help": "Say nothing but errors", "takes": ""}, "--quiet": {"help": "Say nothing but errors", "takes": ""}, "--self-service": {"help": "Leave a user able to set up the MFA device", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}, "demo": {"help": "Try all of this with a pretend AWS, without an account.", "takes": "program", "options": {"--policy": {"help": "Policy in force there: mfa or none", "takes": "mfa none"}, "--code": {"help": "Show the code of the demo''s MFA device", "takes": ""}, "-h": {"help": "Show this", "takes": ""}, "--help": {"help": "Show this", "takes": ""}}}}' | from-json)

# Put the titles of the sections of a file.
fn _mfaenv_titles {|file|
    if (path:is-regular $file) {
        try {
            for found [(re:find '(?m)^\[(.*)\]' (slurp < $file))] {
                put $found[groups][1][text]
            }
        } catch {
            nop # it cannot be read
        }
    }
}

# Put the path that a variable gives, or the usual one.
fn _mfaenv_path {|variable usual|
    if (has-env $variable) {
        re:replace '^~/' ~/ (get-env $variable)
    } else {
        put ~/.aws/$usual
    }
}

# Put the profiles of the AWS files.
fn _mfaenv_profiles {
    for title [(_mfaenv_titles (_mfaenv_path AWS_CONFIG_FILE config))] {
        if (eq $title default) {
            put $title
        }
        for found [(re:find '^profile\s+(?:"(.*)"|''(.*)''|(\S+))\s*$' $title)] {
            str:join '' [$found[groups][1][text] $found[groups][2][text] $found[groups][3][text]]
        }
    }
    _mfaenv_titles (_mfaenv_path AWS_SHARED_CREDENTIALS_FILE credentials)
}

# Put the profiles of the stored sessions.
fn _mfaenv_stored {
    var store = ~/.cache/mfaenv
    if (has-env MFAENV_CACHE_DIR) {
        set store = $E:MFAENV_CACHE_DIR
    } elif (has-env XDG_CACHE_HOME) {
        set store = $E:XDG_CACHE_HOME/mfaenv
    }
    for file [$store/session-*[nomatch-ok] ~/Library/Caches/mfaenv/session-*[nomatch-ok]] {
        try {
            for found [(re:find '(?m)^profiles=(.*)$' (slurp < $file))] {
                str:split %0A $found[groups][1][text] | each {|name| str:replace %25 % $name }
            }
        } catch {
            nop # it cannot be read, or has just gone
        }
    }
}

# Put what an option or a command takes, each after what stands before it in the same word.
fn _mfaenv_values {|takes before word|
    if (eq $takes profiles) {
        _mfaenv_profiles | order | compact | each {|name| put $before$name }
    } elif (eq $takes stored) {
        _mfaenv_stored | order | compact | each {|name| put $before$name }
    } elif (eq $takes program) {
        edit:complete-sudo sudo $word
    } elif (not (has-value ['' text] $takes)) {
        str:split ' ' $takes | each {|name| put $before$name }
    }
}

# Put the names of a map, with the sentences of what they stand for.
fn _mfaenv_explained {|rows|
    for name [(keys $rows | order)] {
        edit:complex-candidate $name &display=$name'  '$rows[$name][help]
    }
}

# Put what an option of a command takes; nothing where it takes nothing, or is none.
fn _mfaenv_taken {|row flag|
    if (has-key $row[options] $flag) {
        put $row[options][$flag][takes]
    } else {
        put ''
    }
}

set edit:completion:arg-completer[mfaenv] = {|@words|
    var command = mfaenv
    var row = $_mfaenv_catalog[mfaenv]
    var flag = ''
    var argument = $false
    for place [(range 1 (- (count $words) 1))] {
        var word = $words[$place]
        if (not-eq $flag '') {
            set flag = ''
        } elif (and (eq $word --) (eq $row[takes] program)) {
            edit:complete-sudo sudo (all $words[(+ $place 1)..])
            return
        } elif (str:has-prefix $word -) {
            set flag = (re:replace '^-[^-psfcdr]*([psfcdr])$' '-$1' $word)
            if (eq (_mfaenv_taken $row $flag) '') {
                set flag = ''
            }
        } elif (and (eq $command mfaenv) (has-key $_mfaenv_catalog $word)) {
            set command = $word
            set row = $_mfaenv_catalog[$word]
        } elif (eq $row[takes] program) {
            edit:complete-sudo sudo (all $words[$place..])
            return
        } else {
            set argument = $true
        }
    }
    var word = $words[-1]
    var long = [(re:find '^(--[^=]+)=' $word)]
    var short = [(re:find '^(-[^-psfcdr]*([psfcdr])).' $word)]
    if (not-eq $flag '') {
        _mfaenv_values (_mfaenv_taken $row $flag) '' $word
    } elif (not-eq $long []) {
        set flag = $long[0][groups][1][text]
        _mfaenv_values (_mfaenv_taken $row $flag) $flag= $word
    } elif (not-eq $short []) {
        set flag = -$short[0][groups][2][text]
        _mfaenv_values (_mfaenv_taken $row $flag) $short[0][groups][1][text] $word
    } elif (str:has-prefix $word -) {
        _mfaenv_explained $row[options]
    } elif (eq $command mfaenv) {
        _mfaenv_explained (dissoc $_mfaenv_catalog mfaenv)
    } elif (not $argument) {
        _mfaenv_values $row[takes] '' $word
    }
}
