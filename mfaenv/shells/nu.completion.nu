# Completion for mfaenv in nushell, from 0.108 on: the program itself says what fits. Null means files.
def _mfaenv_complete [handed: list<string>] {
    let spans = ($handed.0 | split row ' ') ++ ($handed | skip 1) # an extern's two words come as one
    let offered = (try { do { ^mfaenv complete nu ...$spans } | complete | get stdout | lines } catch { [] })
    let index = ($offered | get --optional 0 | default '0' | into int)
    let completer = $env.config.completions.external.completer?
    if $index == 0 {
        $offered | skip 1 | each { split row "\t" | {value: $in.0, description: $in.1} }
    } else if $completer == null or $index + 1 == ($spans | length) {
        null
    } else {
        do $completer ($spans | skip $index)
    }
}
