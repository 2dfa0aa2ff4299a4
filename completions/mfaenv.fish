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
            case -p --profile -s --shell -f --format -c --token-code --token-command --serial-number -d --duration -r --role-arn --region --min-remaining --policy
                set value next
            case --
                contains $at exec demo; and set at program
            case '-*'
                string match -qr -- '^-[^-psfcdr]*[psfcdr]$' $word; and set value next
            case '*'
                if test $at = main
                    set at $word
                else if contains $at exec demo
                    set at program
                end
        end
        test $at = program; and break
    end
    test $at = $argv[1]
end

# Complete the program that a command runs, or what that takes.
function _mfaenv_program
    __fish_complete_subcommand --fcs-skip=2 -p --profile -s --shell -f --format -c --token-code --token-command --serial-number -d --duration -r --role-arn --region --min-remaining --policy
end

complete -c mfaenv -f
complete -c mfaenv -n '_mfaenv_at main' -a unset -d 'Print the lines that remove what mfaenv has set.'
complete -c mfaenv -n '_mfaenv_at main' -a process -d 'Answer as a credential_process of the AWS config file.'
complete -c mfaenv -n '_mfaenv_at main' -a exec -d 'Run a program, or your shell, with the session in its environment.'
complete -c mfaenv -n '_mfaenv_at main' -a status -d 'Tell what is in force in this shell, and what is stored.'
complete -c mfaenv -n '_mfaenv_at main' -a clear -d 'Delete stored sessions, of one profile with -p.'
complete -c mfaenv -n '_mfaenv_at main' -a init -d 'Print a function, prompt hook and completion for the shell\'s profile.'
complete -c mfaenv -n '_mfaenv_at main' -a doctor -d 'Show what is set up, and prove whether MFA is really required.'
complete -c mfaenv -n '_mfaenv_at main' -a policy -d 'Print the IAM policy that denies everything without MFA.'
complete -c mfaenv -n '_mfaenv_at main' -a demo -d 'Try all of this with a pretend AWS, without an account.'
complete -c mfaenv -n '_mfaenv_at main' -s p -l profile -x -a '(_mfaenv_profiles)' -d 'Profile of the AWS files'
complete -c mfaenv -n '_mfaenv_at main' -s s -l shell -x -a 'bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc' -d 'Target shell'
complete -c mfaenv -n '_mfaenv_at main' -s f -l format -x -a 'json dotenv github process' -d 'Data instead: json, dotenv, github or process'
complete -c mfaenv -n '_mfaenv_at main' -s c -l token-code -x -d 'The MFA code, - for stdin'
complete -c mfaenv -n '_mfaenv_at main' -l token-command -x -a '(__fish_complete_command)' -d 'Program that prints the code'
complete -c mfaenv -n '_mfaenv_at main' -l serial-number -x -d 'MFA device'
complete -c mfaenv -n '_mfaenv_at main' -s d -l duration -x -d 'How long: 900, 12h, 1h30m'
complete -c mfaenv -n '_mfaenv_at main' -s r -l role-arn -x -d 'Role to assume with the session'
complete -c mfaenv -n '_mfaenv_at main' -l region -x -d 'Region to export and to call STS in'
complete -c mfaenv -n '_mfaenv_at main' -l min-remaining -x -d 'Renew if less is left'
complete -c mfaenv -n '_mfaenv_at main' -l refresh -d 'Get a new session even if the stored one still holds'
complete -c mfaenv -n '_mfaenv_at main' -l cached -d 'Print the stored session, or nothing and exit 3'
complete -c mfaenv -n '_mfaenv_at main' -l no-input -d 'Never ask; calling AWS is allowed'
complete -c mfaenv -n '_mfaenv_at main' -s q -l quiet -d 'Say nothing but errors'
complete -c mfaenv -n '_mfaenv_at main' -s v -l verbose -d 'Say where every value came from'
complete -c mfaenv -n '_mfaenv_at main' -l version -d 'Show the version'
complete -c mfaenv -n '_mfaenv_at main' -s h -l help -d 'Show this'
complete -c mfaenv -n '_mfaenv_at unset' -s s -l shell -x -a 'bash zsh sh ksh fish csh tcsh powershell pwsh cmd nu elvish xonsh rc' -d 'Target shell'
complete -c mfaenv -n '_mfaenv_at unset' -s f -l format -x -a 'json dotenv github process' -d 'Data instead: json, dotenv, github or process'
complete -c mfaenv -n '_mfaenv_at unset' -s h -l help -d 'Show this'
complete -c mfaenv -n '_mfaenv_at process' -s p -l profile -x -a '(_mfaenv_profiles)' -d 'Profile of the AWS files'
complete -c mfaenv -n '_mfaenv_at process' -s c -l token-code -x -d 'The MFA code, - for stdin'
complete -c mfaenv -n '_mfaenv_at process' -l token-command -x -a '(__fish_complete_command)' -d 'Program that prints the code'
complete -c mfaenv -n '_mfaenv_at process' -l serial-number -x -d 'MFA device'
complete -c mfaenv -n '_mfaenv_at process' -s d -l duration -x -d 'How long: 900, 12h, 1h30m'
complete -c mfaenv -n '_mfaenv_at process' -s r -l role-arn -x -d 'Role to assume with the session'
complete -c mfaenv -n '_mfaenv_at process' -l region -x -d 'Region to export and to call STS in'
complete -c mfaenv -n '_mfaenv_at process' -l min-remaining -x -d 'Renew if less is left'
complete -c mfaenv -n '_mfaenv_at process' -l refresh -d 'Get a new session even if the stored one still holds'
complete -c mfaenv -n '_mfaenv_at process' -l cached -d 'Print the stored session, or nothing and exit 3'
complete -c mfaenv -n '_mfaenv_at process' -l no-input -d 'Never ask; calling AWS is allowed'
complete -c mfaenv -n '_mfaenv_at process' -s q -l quiet -d 'Say nothing but errors'
complete -c mfaenv -n '_mfaenv_at process' -s v -l verbose -d 'Say where every value came from'
complete -c mfaenv -n '_mfaenv_at process' -s h -l help -d 'Show this'
complete -c mfaenv -n '_mfaenv_at exec' -s p -l profile -x -a '(_mfaenv_profiles)' -d 'Profile of the AWS files'
complete -c mfaenv -n '_mfaenv_at exec' -s c -l token-code -x -d 'The MFA code, - for stdin'
complete -c mfaenv -n '_mfaenv_at exec' -l token-command -x -a '(__fish_complete_command)' -d 'Program that prints the code'
complete -c mfaenv -n '_mfaenv_at exec' -l serial-number -x -d 'MFA device'
complete -c mfaenv -n '_mfaenv_at exec' -s d -l duration -x -d 'How long: 900, 12h, 1h30m'
complete -c mfaenv -n '_mfaenv_at exec' -s r -l role-arn -x -d 'Role to assume with the session'
complete -c mfaenv -n '_mfaenv_at exec' -l region -x -d 'Region to export and to call STS in'
complete -c mfaenv -n '_mfaenv_at exec' -l min-remaining -x -d 'Renew if less is left'
complete -c mfaenv -n '_mfaenv_at exec' -l refresh -d 'Get a new session even if the stored one still holds'
complete -c mfaenv -n '_mfaenv_at exec' -l cached -d 'Print the stored session, or nothing and exit 3'
complete -c mfaenv -n '_mfaenv_at exec' -l no-input -d 'Never ask; calling AWS is allowed'
complete -c mfaenv -n '_mfaenv_at exec' -s q -l quiet -d 'Say nothing but errors'
complete -c mfaenv -n '_mfaenv_at exec' -s v -l verbose -d 'Say where every value came from'
complete -c mfaenv -n '_mfaenv_at exec' -s h -l help -d 'Show this'
complete -c mfaenv -n '_mfaenv_at exec' -x -a '(_mfaenv_program)'
complete -c mfaenv -n '_mfaenv_at status' -s p -l profile -x -a '(_mfaenv_stored)' -d 'Profile whose stored sessions are meant'
complete -c mfaenv -n '_mfaenv_at status' -l json -d 'Print data for scripts'
complete -c mfaenv -n '_mfaenv_at status' -s h -l help -d 'Show this'
complete -c mfaenv -n '_mfaenv_at clear' -s p -l profile -x -a '(_mfaenv_stored)' -d 'Profile whose stored sessions are meant'
complete -c mfaenv -n '_mfaenv_at clear' -s q -l quiet -d 'Say nothing but errors'
complete -c mfaenv -n '_mfaenv_at clear' -s h -l help -d 'Show this'
complete -c mfaenv -n '_mfaenv_at init' -s p -l profile -x -a '(_mfaenv_profiles)' -d 'Profile of the AWS files'
complete -c mfaenv -n '_mfaenv_at init' -l no-hook -d 'Leave the prompt hook out'
complete -c mfaenv -n '_mfaenv_at init' -s h -l help -d 'Show this'
complete -c mfaenv -n '_mfaenv_at init' -x -a 'bash zsh sh ksh fish tcsh powershell pwsh cmd nu elvish xonsh'
complete -c mfaenv -n '_mfaenv_at doctor' -s p -l profile -x -a '(_mfaenv_profiles)' -d 'Profile of the AWS files'
complete -c mfaenv -n '_mfaenv_at doctor' -s c -l token-code -x -d 'The MFA code, - for stdin'
complete -c mfaenv -n '_mfaenv_at doctor' -l token-command -x -a '(__fish_complete_command)' -d 'Program that prints the code'
complete -c mfaenv -n '_mfaenv_at doctor' -l serial-number -x -d 'MFA device'
complete -c mfaenv -n '_mfaenv_at doctor' -s d -l duration -x -d 'How long: 900, 12h, 1h30m'
complete -c mfaenv -n '_mfaenv_at doctor' -s r -l role-arn -x -d 'Role to assume with the session'
complete -c mfaenv -n '_mfaenv_at doctor' -l region -x -d 'Region to export and to call STS in'
complete -c mfaenv -n '_mfaenv_at doctor' -l min-remaining -x -d 'Renew if less is left'
complete -c mfaenv -n '_mfaenv_at doctor' -l refresh -d 'Get a new session even if the stored one still holds'
complete -c mfaenv -n '_mfaenv_at doctor' -l no-input -d 'Never ask; calling AWS is allowed'
complete -c mfaenv -n '_mfaenv_at doctor' -s q -l quiet -d 'Say nothing but errors'
complete -c mfaenv -n '_mfaenv_at doctor' -s v -l verbose -d 'Say where every value came from'
complete -c mfaenv -n '_mfaenv_at doctor' -l json -d 'Print data for scripts'
complete -c mfaenv -n '_mfaenv_at doctor' -s h -l help -d 'Show this'
complete -c mfaenv -n '_mfaenv_at policy' -s q -l quiet -d 'Say nothing but errors'
complete -c mfaenv -n '_mfaenv_at policy' -l self-service -d 'Leave a user able to set up the MFA device'
complete -c mfaenv -n '_mfaenv_at policy' -s h -l help -d 'Show this'
complete -c mfaenv -n '_mfaenv_at demo' -l policy -x -a 'mfa none' -d 'Policy in force there: mfa or none'
complete -c mfaenv -n '_mfaenv_at demo' -l code -d 'Show the code of the demo\'s MFA device'
complete -c mfaenv -n '_mfaenv_at demo' -s h -l help -d 'Show this'
complete -c mfaenv -n '_mfaenv_at demo' -x -a '(_mfaenv_program)'
complete -c mfaenv -n '_mfaenv_at program' -x -a '(_mfaenv_program)'
