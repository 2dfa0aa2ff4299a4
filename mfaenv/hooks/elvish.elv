use re
use str

# Whether what these words print is for this shell: what the main command and unset print, and nothing else.
fn _mfaenv_for_this_shell {|@words|
    var skip = $false
    for word $words {
        if $skip {
            set skip = $false
        } elif (has-value [@VALUED_WORDS@] $word) {
            set skip = $true
        } elif (re:match '^(-h|--help|--version|-f.*|--format.*|-s.*|--shell.*)$' $word) {
            put $false
            return
        } elif (eq $word unset) {
            put $true
            return
        } elif (not (str:has-prefix $word -)) {
            put $false
            return
        }
    }
    not $skip
}

# The word that every new session leaves in the store, read without a process.
var _mfaenv_seen = '@SEEN@'
fn _mfaenv_look {
    try {
        str:trim-space (slurp < $E:MFAENV_STORE/latest)
    } catch {
        put -
    }
}

fn mfaenv {|@words|
    if (_mfaenv_for_this_shell $@words) {
        eval (tmp E:MFAENV_SHELL = elvish; e:mfaenv $@words | slurp)
        set _mfaenv_seen = (_mfaenv_look)
    } else {
        e:mfaenv $@words
    }
}
edit:add-var mfaenv~ $mfaenv~
