    # Of Ctrl-C it dies all the same, which ends the line. But a shell with a trap of its own goes on, and reads this.
    if _mfaenv_is_read; then
        \trap '\printf "(exit 130);\n"; \trap - INT; \command sh -c "kill -INT \$PPID"' INT
    fi
