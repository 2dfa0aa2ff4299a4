# Keep this in a file that nushell loads at its start:
#   mfaenv init nu | save --force ($nu.user-autoload-dirs.0 | path join mfaenv.nu)

# Whether what these words print is for this shell: what the main command and unset print, and nothing else.
def _mfaenv_for_this_shell [words: list<string>]: nothing -> bool {
    mut rest = $words
    while ($rest | is-not-empty) {
        let word = $rest.0
        $rest = ($rest | skip 1)
        if $word =~ '^(-h|--help|--version|-f.*|--format.*|-s.*|--shell.*|-[qv].*[hfs].*)$' {
            return false
        } else if $word in ('@VALUED_WORDS@' | split row ' ') {
            if ($rest | is-empty) { return false }
            $rest = ($rest | skip 1)
        } else if $word !~ '^-' {
            return ($word == 'unset')
        }
    }
    true
}

# The word that every new session leaves in the store, read without a process.
def _mfaenv_look []: nothing -> string {
    try { open --raw $"($env.MFAENV_STORE)/latest" | decode utf-8 | str trim } catch { '-' }
}

@complete _mfaenv_complete
def --env --wrapped mfaenv [...words: string] {
    if not (_mfaenv_for_this_shell $words) {
        ^mfaenv ...$words
        return
    }
    let text = (with-env { MFAENV_SHELL: nu } { ^mfaenv ...$words })
    $text | from json | load-env
    $env._mfaenv_seen = (_mfaenv_look)
}

# Set the stored session, and tell whether there is one.
def --env _mfaenv_load []: nothing -> bool {
    $env._mfaenv_seen = (_mfaenv_look)
    if ($env.MFAENV_PINNED? | is-not-empty) { return false }
    let found = (with-env { MFAENV_SHELL: nu } { ^mfaenv --cached | complete })
    if $found.exit_code == 0 { $found.stdout | from json | load-env }
    $found.exit_code == 0
}

# Whether there are keys that stay until some seconds before their end: a session's, or, for ever, the user's own.
def _mfaenv_holds [early: int]: nothing -> bool {
    let expires = ($env.MFAENV_EXPIRES? | default '')
    if $expires !~ '^[0-9]+$' {
        return (($expires | is-not-empty) or ($env.AWS_ACCESS_KEY_ID? | is-not-empty))
    }
    ((date now | into int) // 1_000_000_000) < ($expires | into int) - $early
}

# At the start of the shell.
if (_mfaenv_holds 0) {
    @KNOWN@ | reject --optional MFAENV_PROFILE | load-env
    $env._mfaenv_seen = (_mfaenv_look)
} else {
    @KNOWN@ | load-env
    _mfaenv_load | ignore
}
