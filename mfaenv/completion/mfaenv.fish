# Completion for mfaenv in fish. No process is started.

# Print the profiles of the AWS files.
function _mfaenv_profiles
    set -l config ~/.aws/config
    set -q AWS_CONFIG_FILE; and set config (string replace -r '^~/' $HOME/ -- $AWS_CONFIG_FILE)
    test -f "$config" -a -r "$config"
    and string replace -rf '^\[(?|(default)|profile\s+"(.*)"|profile\s+\'(.*)\'|profile\s+(\S+))\s*\].*' '$1' <$config
    set -l credentials ~/.aws/credentials
    set -q AWS_SHARED_CREDENTIALS_FILE
    and set credentials (string replace -r '^~/' $HOME/ -- $AWS_SHARED_CREDENTIALS_FILE)
    test -f "$credentials" -a -r "$credentials"
    and string replace -rf '^\[(.*)\].*' '$1' <$credentials
end

# Print the profiles of the stored sessions.
function _mfaenv_stored
    set -l cache ~/.cache
    set -q XDG_CACHE_HOME[1]; and set cache $XDG_CACHE_HOME
    set -l store $cache/mfaenv
    set -q MFAENV_CACHE_DIR[1]; and set store $MFAENV_CACHE_DIR
    for file in $store/session-* ~/Library/Caches/mfaenv/session-*
        test -f $file -a -r $file
        and string replace -rf '^profiles=' '' <$file
    end | string split %0A | string replace -a %25 %
end

# Succeed where the next word is one of the command $argv[1], of the main one, or of the program that a command runs.
function _mfaenv_at
    set -l at main
    set -l value no
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if test $value = next
            set value no
            continue
        end
        switch $word
            case @VALUED@
                set value next
            case --
                contains $at @RUNNING@; and set at program
            case '-*'
                string match -qr -- '^-[^-@LETTERS@]*[@LETTERS@]$' $word; and set value next
            case '*'
                if test $at = main
                    set at $word
                else if contains $at @RUNNING@
                    set at program
                end
        end
        test $at = program; and break
    end
    test $at = $argv[1]
end

# Complete the program that a command runs, or what that takes.
function _mfaenv_program
    __fish_complete_subcommand --fcs-skip=2 @VALUED@
end

complete -c mfaenv -f
@COMPLETE@
