use str

# The time, without a process where the system tells when it was started, which changes as the clock is set, and how
# long ago that is. In containers these may be of two systems: only changes count.
fn _mfaenv_up {
    var start = (re:find '\nbtime ([0-9]+)' (slurp < /proc/stat))[groups][1][text]
    + $start (str:split . (slurp < /proc/uptime) | take 1)
}
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

# At each prompt: where AWS_PROFILE has changed, or there may be news of the session, the program decides what this shell
# gets and loses.
fn _mfaenv_hook {
    var reason = changed
    if (eq $E:AWS_PROFILE $E:MFAENV_AWS_PROFILE) {
        set reason = due
        if (eq $_mfaenv_seen '') {
            nop (_mfaenv_look)
        }
        var end = $E:MFAENV_EXPIRES
        if (re:match '^[0-9]+$' $end$E:MFAENV_NEXT) {
            var next = (if (eq $E:MFAENV_NEXT '') { - $end @FIRST@ } else { put $E:MFAENV_NEXT })
            var now = (try { _mfaenv_clock } catch { put 0 })
            if (and (< $now $next) (or (< $now (- $end @EARLY@)) (not (_mfaenv_look)))) {
                return
            }
        } elif (or (not-eq $end '') (has-env AWS_ACCESS_KEY_ID) (has-env AWS_CONTAINER_CREDENTIALS_FULL_URI)) {
            return # keys of the user's own, or an address where programs get theirs
        } elif (not (_mfaenv_look)) {
            return
        }
    }
    # What another window gets until the next prompt is news then.
    nop (_mfaenv_look)
    var seen = $_mfaenv_seen
    nop ?(_mfaenv_here hook $reason)
    set _mfaenv_seen = $seen
}

# A hook may be a function of elvish's own, which has no body.
fn _mfaenv_ours {|hook| and (has-key $hook body) (str:contains $hook[body] _mfaenv_hook) }
set edit:before-readline = [
    (each {|hook| if (not (_mfaenv_ours $hook)) { put $hook } } $edit:before-readline)
    { _mfaenv_hook }
]
