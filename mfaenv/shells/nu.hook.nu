# Look, without a process, at the word that every new session leaves in the store: whether it is another than before.
def --env _mfaenv_look []: nothing -> bool {
    let before = $env._mfaenv_seen
    hide open # a command of the user's own
    $env._mfaenv_seen = (try { open --raw ($env.MFAENV_STORE | path join latest) | decode utf-8 | str trim } catch { '-' })
    $env._mfaenv_seen != $before
}

# At each prompt: nothing while the session holds. Else the one that another window got, or, once, that it is over.
def --env _mfaenv_hook [] {
    if $env._mfaenv_seen == '' { _mfaenv_look | ignore }
    if ($env._mfaenv_ended | is-not-empty) and (_mfaenv_now) < ($env._mfaenv_ended | into int) - @EARLY@ {
        # The clock went back, and it still holds.
        $env._mfaenv_ended = ''
        $env._mfaenv_seen = 'again'
    }
    if (_mfaenv_holds @EARLY@) or (_mfaenv_look) and (_mfaenv_load) { return }
    if ($env.MFAENV_EXPIRES? | is-not-empty) and not (_mfaenv_holds 0) {
        $env._mfaenv_ended = $env.MFAENV_EXPIRES
        let profile = ($env.MFAENV_PROFILE? | default '')
        let whose = (if $profile =~ '^\P{C}+$' { $" of profile ($profile)" } else { '' })
        print --stderr $"mfaenv: the session($whose) has ended: type mfaenv for a new one"
        # What the profile brought beside its session, where it still has that value.
        for word in ($env.MFAENV_SETTINGS? | default '' | split row ' ') {
            let name = ($word | split row '=' | first)
            let value = (try { $env | get $name } catch { null })
            if $name =~ '^AWS_[A-Z0-9_]+$' and $word == $"($name)=($value)" { hide-env --ignore-errors $name }
        }
        hide-env --ignore-errors @ENDING@
        let shown = ($env.MFAENV_PROFILE_AS? | default '')
        if $shown in [@PROFILE_NAMES@] { hide-env --ignore-errors $shown }
    }
}
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
