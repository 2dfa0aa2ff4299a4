
# At each prompt: nothing while the session holds. Else the one that another window got, or, once, that it is over.
def --env _mfaenv_hook [] {
    let expires = ($env.MFAENV_EXPIRES? | default '')
    let now = ((date now | into int) // 1_000_000_000)
    if $expires != '' {
        if $expires !~ '^[0-9]+$' or $now < ($expires | into int) - @EARLY@ { return }
    } else if ($env.AWS_ACCESS_KEY_ID? | is-not-empty) {
        return # keys of the user's own
    }
    if (_mfaenv_look) != ($env._mfaenv_seen? | default '') {
        $env._mfaenv_seen = (_mfaenv_look)
        let found = (with-env { MFAENV_SHELL: nu } { ^mfaenv --cached | complete })
        if $found.exit_code == 0 {
            $found.stdout | from json | load-env
            return
        }
    }
    if $expires != '' and $now >= ($expires | into int) {
        print --stderr $"mfaenv: the session of profile ($env.MFAENV_PROFILE? | default '') has ended"
        hide-env --ignore-errors @REMOVED_NAMES@
    }
}
$env.config.hooks.pre_prompt = (
    $env.config.hooks.pre_prompt | default [] | where {|it| not (view source $it | str contains _mfaenv_hook) }
    | append {|| _mfaenv_hook }
)
