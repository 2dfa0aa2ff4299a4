use re
use str

# Whether what these words print is for this shell: what the main command and unset print, and nothing else.
fn _mfaenv_for_this_shell {|@words|
    var skip = $false
    for word $words {
        if $skip {
            set skip = $false
        } elif (re:match '^(-h|--help|--version|-f.*|--format.*|-s.*|--shell.*|-[qv].*[hfs].*)$' $word) {
            put $false
            return
        } elif (has-value [@VALUED_WORDS@] $word) {
            set skip = $true
        } elif (not (str:has-prefix $word -)) {
            put (eq $word unset)
            return
        }
    }
    put (not $skip)
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
    if (not (_mfaenv_for_this_shell $@words)) {
        e:mfaenv $@words
        return
    }
    try {
        var text = (tmp E:MFAENV_SHELL = elvish; e:mfaenv $@words | slurp)
        eval $text
    } finally {
        set _mfaenv_seen = (_mfaenv_look)
    }
}
edit:add-var mfaenv~ $mfaenv~
