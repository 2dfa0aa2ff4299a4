# At each prompt: nothing while the session holds. Else the one that another window got, or, once, that it is over.
def --env _mfaenv_hook [] {
    if (_mfaenv_holds @EARLY@) { return }
    if (_mfaenv_look) != $env._mfaenv_seen and (_mfaenv_load) { return }
    if ($env.MFAENV_EXPIRES? | is-not-empty) and not (_mfaenv_holds 0) {
        print --stderr $"mfaenv: the session of profile ($env.MFAENV_PROFILE? | default '') has ended"
        hide-env --ignore-errors @ENDING@
    }
}
$env.config.hooks.pre_prompt = (
    $env.config.hooks.pre_prompt | default [] | where {|it| not (view source $it | str contains _mfaenv_hook) }
    | append {|| _mfaenv_hook }
)
