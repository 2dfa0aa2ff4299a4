    # A substitution that ends before mfaenv lets zsh set its own modes first.
    [ "${ZSH_SUBSHELL-0}" -eq 0 ] || \trap '! _mfaenv_is_read || \builtin printf "(exit 130);\n"; exit 130' INT
