
# The stored session, at the start of the shell.
$env.MFAENV_STORE = '@STORE@'
$env._mfaenv_seen = (_mfaenv_look)
if ($env.AWS_ACCESS_KEY_ID? | is-empty) or ($env.MFAENV_EXPIRES? | is-not-empty) {
    let found = (with-env { MFAENV_SHELL: nu } { ^mfaenv --cached | complete })
    if $found.exit_code == 0 { $found.stdout | from json | load-env }
}
