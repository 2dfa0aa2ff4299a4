    # A child can tell a fork. ksh93 forks for no substitution: it writes to a file without a name.
    \command sh -c '
        if [ -f /dev/fd/1 ]; then
            exec 3>&1
            set -- $(ls -lL /dev/fd/3)
            [ "${2-}" = 0 ]
        else
            [ "$PPID" -ne "$1" ] && [ ! -c /dev/fd/1 ] || exit
            # mksh itself writes to the substitution for a moment after it has forked.
            for seconds in 0.02 0.1 0.3; do
                [ /dev/fd/1 -ef "/proc/$1/fd/1" ] || exit 0
                sleep "$seconds"
            done
            exit 1
        fi
    ' sh "$$" 2>/dev/null
