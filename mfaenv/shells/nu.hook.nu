# Look, without a process, at the word that every new session leaves in the store: whether it is another than before.
def --env _mfaenv_look []: nothing -> bool {
    let before = $env._mfaenv_seen
    let latest = $"($env.MFAENV_STORE?)/latest"
    # A command open of the user's own may start anything. From 0.113 on, %open is nushell's.
    $env._mfaenv_seen = (try {
        if $env.NU_VERSION >= '0.113' { %open --raw $latest } else if (which open).0.type == built-in { open $latest }
        | decode utf-8 | str trim
    } catch { '-' })
    $env._mfaenv_seen != $before
}

# At each prompt: where AWS_PROFILE has changed, or there may be news of the session, the program decides what this shell
# gets and loses.
def --env _mfaenv_hook [] {
    mut reason = 'changed'
    if $"($env.AWS_PROFILE?)" == $"($env.MFAENV_AWS_PROFILE?)" {
        $reason = 'due'
        if $env._mfaenv_seen == '' { _mfaenv_look | ignore }
        let expires = ($env.MFAENV_EXPIRES? | default '')
        if $"($expires)($env.MFAENV_NEXT? | default '')" =~ '^[0-9]{1,36}$' and ($expires | is-not-empty) {
            let end = ($expires | into int)
            let next = ($env.MFAENV_NEXT? | default ($end - @FIRST@) | into int)
            if (_mfaenv_now) < $next and ((_mfaenv_now) < $end - @EARLY@ or not (_mfaenv_look)) { return }
        } else if (_mfaenv_holds) or not (_mfaenv_look) { return }
    }
    # What another window gets until the next prompt is news then.
    _mfaenv_look | ignore
    let seen = $env._mfaenv_seen
    try { _mfaenv_here hook $reason }
    $env._mfaenv_seen = $seen
}

# Where options limited the session, what startup files set is no change of AWS_PROFILE by the person.
if ($env.MFAENV_SESSION_POLICY? | is-not-empty) { $env.MFAENV_AWS_PROFILE = 'not yet seen' }

# A hook may be a text or a record too, of which there is no source to view. A mistake that is caught counts as a status.
$env.config.hooks.pre_prompt = (
    $env.config.hooks.pre_prompt | default []
    | where {|it| ($it | describe) != closure or not (view source $it | str contains _mfaenv_hook) }
    | append {||
        let status = ($env.LAST_EXIT_CODE? | default 0)
        _mfaenv_hook
        $env.LAST_EXIT_CODE = $status
    }
)
