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

# Set here what the program prints; after that a hook looks at the store anew. A redirection reaches the last statement.
def --env --wrapped _mfaenv_here [...words: string] {
    let text = ($in | ^mfaenv --shell nu ...$words)
    $env._mfaenv_seen = ''
    $text | from json | load-env
}

# nushell drops what is set by a line that begins with AWS_PROFILE=NAME, a value that no prompt has seen.
def _mfaenv_is_dropped [words: list<string>]: nothing -> bool {
    let named = $"($env.AWS_PROFILE?)"
    let is_new = ($env.MFAENV_STORE? != null and $named != '' and $named != $env.MFAENV_AWS_PROFILE?)
    $is_new and not ($words | any {|word| $word =~ '^(unset$|-[a-z]*p|--pro)' })
}

# One expression, so that it hands its input on.
@complete _mfaenv_complete
def --env --wrapped mfaenv [...words: string] {
    if not (_mfaenv_for_this_shell $words) {
        ^mfaenv ...$words
    } else if (_mfaenv_is_dropped $words) {
        let why = "mfaenv: AWS_PROFILE is new in this line, behind which nushell may drop the session. Type:"
        error make --unspanned {msg: $"($why)\n    mfaenv -p ($"($env.AWS_PROFILE)" | to nuon)"}
    } else {
        _mfaenv_here ...$words
    }
}

# A command of one's own gets patterns and ~ as texts; these expand them, as where the program is called by itself.
@complete _mfaenv_complete
extern "mfaenv exec" [...words: oneof<glob, any>]
@complete _mfaenv_complete
extern "mfaenv demo" [...words: oneof<glob, any>]

def _mfaenv_now []: nothing -> int { (date now | into int) // 1_000_000_000 }

# Whether there are keys that stay: a session's that holds, or the user's own. Long-term keys that a startup file sets
# over a session have its token beside them, with which no call works.
def _mfaenv_holds []: nothing -> bool {
    let expires = ($env.MFAENV_EXPIRES? | default '')
    if $expires =~ '^[0-9]{1,18}$' {
        let is_ours = ($env.MFAENV_KEY? == $env.AWS_ACCESS_KEY_ID?)
        let is_mixed = ($"($env.AWS_ACCESS_KEY_ID?)" starts-with AKIA and $env.AWS_SESSION_TOKEN? != null and not $is_ours)
        return ((_mfaenv_now) < ($expires | into int) and not $is_mixed)
    }
    [$expires $env.AWS_ACCESS_KEY_ID? $env.AWS_CONTAINER_CREDENTIALS_FULL_URI?] | any {|it| $it | is-not-empty }
}

# At the start of the shell.
if (_mfaenv_holds) {
    "@KNOWN@" | from json | reject --optional MFAENV_PROFILE | load-env
    # Set by exec --serve and --only.
    if $env.MFAENV_AWS_CONFIG_FILE? != null { try { _mfaenv_here hook start } }
} else {
    "@KNOWN@" | from json | load-env
    try { _mfaenv_here hook start }
}
$env._mfaenv_seen = ''
