# Keep this in a file that nushell loads at its start:
#   mfaenv init nu | save --force ($nu.user-autoload-dirs.0 | path join mfaenv.nu)

# Whether what these words print is for this shell: what the main command and unset print, and nothing else.
def _mfaenv_for_this_shell [words: list<string>]: nothing -> bool {
    mut valued = false
    for word in $words {
        if $valued or $word == unset {
            $valued = false
        } else if $word =~ '@VALUED@' {
            $valued = true
        } else if $word =~ '@OTHER_OUTPUT@' {
            return false
        }
    }
    true
}

# Set here what the program prints; after that a hook looks at the store anew.
def --env --wrapped _mfaenv_here [...words: string] {
    let text = ($in | ^mfaenv --shell nu ...$words)
    $text | from json | load-env
    $env._mfaenv_seen = ''
    $env._mfaenv_ended = ''
}

@complete _mfaenv_complete
def --env --wrapped mfaenv [...words: string] {
    if (_mfaenv_for_this_shell $words) { _mfaenv_here ...$words } else { ^mfaenv ...$words }
}

# A command of one's own gets patterns and ~ as texts; these expand them, as where the program is called by itself.
@complete _mfaenv_complete
extern "mfaenv exec" [...words: glob]
@complete _mfaenv_complete
extern "mfaenv demo" [...words: glob]

# Set the stored session where there is one, and tell whether there is.
def --env _mfaenv_load []: nothing -> bool {
    if ($env.MFAENV_PINNED? | is-not-empty) { return false }
    try { _mfaenv_here --cached; true } catch { false }
}

def _mfaenv_now []: nothing -> int { (date now | into int) // 1_000_000_000 }

# Whether there are keys that stay until some seconds before their end: a session's, or, for ever, the user's own.
def _mfaenv_holds [early: int]: nothing -> bool {
    let expires = ($env.MFAENV_EXPIRES? | default '')
    if $expires !~ '^[0-9]{1,18}$' {
        let own = [$env.AWS_ACCESS_KEY_ID? $env.AWS_CONTAINER_CREDENTIALS_FULL_URI?]
        return (($expires | is-not-empty) or ($own | any {|it| $it | is-not-empty }))
    }
    (_mfaenv_now) < ($expires | into int) - $early
}

# At the start of the shell.
$env._mfaenv_seen = ''
$env._mfaenv_ended = ''
if (_mfaenv_holds 0) {
    "@KNOWN@" | from json | reject --optional MFAENV_PROFILE | load-env
} else {
    "@KNOWN@" | from json | load-env
    _mfaenv_load | ignore
}
