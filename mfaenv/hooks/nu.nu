# Save this in a file that nushell loads at its start:
#   mfaenv init nu | save --force ($nu.user-autoload-dirs.0 | path join mfaenv.nu)

# Whether what these words print is for this shell: what the main command and unset print, and nothing else.
def _mfaenv_for_this_shell [words: list<string>]: nothing -> bool {
    mut rest = $words
    while ($rest | is-not-empty) {
        let word = $rest.0
        $rest = ($rest | skip 1)
        if $word in [@VALUED_QUOTED@] {
            if ($rest | is-empty) { return false }
            $rest = ($rest | skip 1)
        } else if $word =~ '^(-h|--help|--version|-f.*|--format.*|-s.*|--shell.*)$' {
            return false
        } else if $word == 'unset' {
            return true
        } else if $word !~ '^-' {
            return false
        }
    }
    true
}

# The word that every new session leaves in the store, read without a process.
def _mfaenv_look []: nothing -> string {
    try { open --raw $"($env.MFAENV_STORE)/latest" | decode utf-8 | str trim } catch { '-' }
}

def --env --wrapped mfaenv [...words: string] {
    if (_mfaenv_for_this_shell $words) {
        let text = (with-env { MFAENV_SHELL: nu } { ^mfaenv ...$words })
        $text | from json | load-env
        $env._mfaenv_seen = (_mfaenv_look)
    } else {
        ^mfaenv ...$words
    }
}
