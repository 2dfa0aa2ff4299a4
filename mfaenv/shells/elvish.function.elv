use re

# Whether what these words print is for this shell: what the main command and unset print, and nothing else.
fn _mfaenv_for_this_shell {|@words|
    var valued = $false
    for word $words {
        if (or $valued (eq $word unset)) {
            set valued = $false
        } elif (re:match '@VALUED@' $word) {
            set valued = $true
        } elif (re:match '@OTHER_OUTPUT@' $word) {
            put $false
            return
        }
    }
    put $true
}

# Set here what the program prints; after that a hook looks at the store anew.
var _mfaenv_seen = ''
fn _mfaenv_here {|@words|
    eval (e:mfaenv --shell elvish $@words | slurp)
    set _mfaenv_seen = ''
}

fn mfaenv {|@words|
    if (_mfaenv_for_this_shell $@words) {
        _mfaenv_here $@words
    } else {
        e:mfaenv $@words
    }
}
edit:add-var mfaenv~ $mfaenv~
