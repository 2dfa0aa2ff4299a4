use str

# The time, without a process where the system tells how long it is up.
var _mfaenv_uptime = /proc/uptime
fn _mfaenv_up { str:split . (slurp < $_mfaenv_uptime) | take 1 }
var _mfaenv_clock~ = { e:date +%s }
try {
    var start = (- @NOW@ (_mfaenv_up))
    set _mfaenv_clock~ = { + $start (_mfaenv_up) }
} catch {
    nop
}

# Look, without a process, at the word that every new session leaves in the store: whether it is another than before.
set _mfaenv_seen = '@SEEN@'
fn _mfaenv_look {
    var before = $_mfaenv_seen
    set _mfaenv_seen = (try { str:trim-space (slurp < $E:MFAENV_STORE/latest) } catch { put - })
    not-eq $_mfaenv_seen $before
}

# At each prompt: nothing while the session holds. Else the one that another window got, or, once, that it is over.
fn _mfaenv_hook {
    if (eq $_mfaenv_seen '') {
        nop (_mfaenv_look)
    }
    var expires = $E:MFAENV_EXPIRES
    if (re:match '^[0-9]+$' $expires) {
        if (< (_mfaenv_clock) (- $expires @EARLY@)) {
            return
        }
    } elif (or (not-eq $expires '') (has-env AWS_ACCESS_KEY_ID) (has-env AWS_CONTAINER_CREDENTIALS_FULL_URI)) {
        return # keys of the user's own, or an address where programs get theirs
    }
    if (and (eq $E:MFAENV_PINNED '') (_mfaenv_look)) {
        # A try would catch the return in it too.
        if ?(_mfaenv_here --cached) {
            return
        }
    }
    if (and (not-eq $expires '') (>= (_mfaenv_clock) $expires)) {
        var whose = ''
        if (re:match '^\PC+$' $E:MFAENV_PROFILE) {
            set whose = ' of profile '$E:MFAENV_PROFILE
        }
        echo 'mfaenv: the session'$whose' has ended: type mfaenv for a new one' >&2
        # What the profile brought beside its session, where it still has that value.
        each {|word|
            var name = (re:replace '=.*' '' $word)
            if (and (re:match '^AWS_[A-Z0-9_]+$' $name) (has-env $name) (eq $word $name'='(get-env $name))) {
                unset-env $name
            }
        } [(str:split ' ' $E:MFAENV_SETTINGS)]
        each $unset-env~ [@ENDING@]
        if (has-value [@PROFILE_NAMES@] $E:MFAENV_PROFILE_AS) {
            unset-env $E:MFAENV_PROFILE_AS
        }
    }
}

# A hook may be a function of elvish's own, which has no body.
fn _mfaenv_ours {|hook| and (has-key $hook body) (str:contains $hook[body] _mfaenv_hook) }
set edit:before-readline = [
    (each {|hook| if (not (_mfaenv_ours $hook)) { put $hook } } $edit:before-readline)
    { _mfaenv_hook }
]
