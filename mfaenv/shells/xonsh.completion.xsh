# Completion for mfaenv in xonsh: the program itself says what fits.


def _mfaenv_program():
    """The program on the PATH: Windows itself would look in the current folder first."""
    import os

    name = "mfaenv.exe" if os.name == "nt" else "mfaenv"
    paths = (os.path.join(folder, name) for folder in __xonsh__.env.get("PATH", ()) if folder)
    return next((path for path in paths if os.path.isfile(path) and os.access(path, os.X_OK)), None)


def _mfaenv_complete(context):
    import subprocess
    from xonsh.completers.commands import complete_command
    from xonsh.completers.tools import RichCompletion
    from xonsh.parsers.completion_context import CompletionContext

    program = _mfaenv_program()
    if program is None:
        return None
    words = [argument.value for argument in context.args[: context.arg_index]]
    line = [program, "complete", "xonsh", *words, context.opening_quote + context.prefix]
    done = subprocess.run(
        line, env=__xonsh__.env.detype(), stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8"
    )
    index, *offered = done.stdout.splitlines() or ["0"]
    if index == "0":
        kept = {"prefix_len": len(context.raw_prefix), "append_closing_quote": False, "append_space": True}
        rows = (row.split("\t") for row in offered)
        return {RichCompletion(word, description=meaning, **kept) for word, meaning in rows}
    inner = context._replace(args=context.args[int(index) :], arg_index=context.arg_index - int(index))
    if inner.arg_index == 0:
        return set(complete_command(inner))
    return __xonsh__.shell.shell.completer.complete_from_context(CompletionContext(inner))


def _mfaenv_register():
    from xonsh.completers.completer import add_one_completer
    from xonsh.completers.tools import contextual_command_completer_for

    add_one_completer("mfaenv", contextual_command_completer_for("mfaenv")(_mfaenv_complete), "start")


_mfaenv_register()
