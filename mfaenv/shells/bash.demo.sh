[ -r ~/.bashrc ] && . ~/.bashrc
@TEXT@
# Before each prompt, since starship and others make PS1 anew for each.
_mfaenv_demo() { case $PS1 in '(mfaenv demo) '*) ;; *) PS1="(mfaenv demo) $PS1" ;; esac; }
case $(declare -p PROMPT_COMMAND 2>/dev/null) in
    'declare -a'*) PROMPT_COMMAND+=(_mfaenv_demo) ;;
    *) PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND
}_mfaenv_demo" ;;
esac
