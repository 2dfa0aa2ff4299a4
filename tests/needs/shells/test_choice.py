"""Which command lines set something in the shell, and which are handed through as they are."""

import re
import sys

from product import Product
from programs import write_program
from settled import EACH_WITH_INIT, seated
from shell_table import Shell

HERE = (
    *("", "unset", "-q unset", "-p unset", "-p x unset", "-p status", "-p -f", "-p"),
    *(
        "-qp x",
        "-vp status",
        "-qc 123456",
        "-qd 1h",
        "-vqr x",
        "-px",
        "-pfish",
        "-qvpx",
        "--profile=x --region y",
    ),
)
THROUGH = (
    *("status", "-q status", "-p unset exec x", "-qp unset exec x", "-qpx exec unset", "--no-input doctor"),
    *(
        "-fjson",
        "-qf json",
        "-s fish",
        "-vsfish",
        "-h",
        "-qh",
        "-qvh",
        "--help unset",
        "unset -s fish",
        "unset --help",
    ),
)
PROGRAM = f"""\
#!/bin/sh
case $1-$3 in
    --shell-hook) exit 3 ;;
esac
case $1-$2 in
    init-* | sets-*) exec {sys.executable} -m mfaenv "$@" ;;
    --shell-*)
        how=here$2
        [ "$2" != nu ] || echo {{}}
        shift 2
        ;;
esac
echo "${{how:-through}} ($*)" >&2
"""
"""What it shows ends with no `>`: that is how a prompt ends, which a window waits for."""


@EACH_WITH_INIT
def test_what_is_for_this_shell_is_told_from_all_else(product: Product, row: Shell) -> None:
    tools = product.home / "tools"
    tools.mkdir()
    write_program(tools / "mfaenv", PROGRAM)
    with seated(product, row) as seat:
        for lines in (HERE, THROUGH):
            seat.type("; ".join(f"mfaenv {line}" for line in lines))
        shown = re.findall(r"^(here|through)[a-z]* \((.*)\)$", seat.window.text, re.MULTILINE)
    assert shown == [*(("here", line) for line in HERE), *(("through", line) for line in THROUGH)]
