# Completion for mfaenv in elvish. No process is started.

use path
use re
use str

# By command its sentence, what it takes, and its options, each with its sentence and what it takes.
var _mfaenv_catalog = (echo @DATA@ | from-json)

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
            set flag = (re:replace '^-[^-@LETTERS@]*([@LETTERS@])$' '-$1' $word)
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
    var short = [(re:find '^(-[^-@LETTERS@]*([@LETTERS@])).' $word)]
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
