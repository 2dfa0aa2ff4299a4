"""`mfaenv policy`: the IAM policy without which an MFA device restricts nothing on the command line."""

from mfaenv.aws import mfa_policies
from mfaenv.errors import DONE
from mfaenv.fast import to_stdout
from mfaenv.fast.parse import Env, Options, Words
from mfaenv.terminal.terminal import Terminal

LOCKS_OUT_ALL = [
    "It denies everything that was not signed in with MFA: in the console, on the command line, in programs.",
    "A user without an MFA device can do nothing any more, not even set one up: do that first, or use --self-service.",
]
LOCKS_OUT_MOST = [
    "It denies everything that was not signed in with MFA, except what users need to set up their own device.",
    # https://aws.amazon.com/security/security-bulletins/AWS-2023-001/
    "Until a user has a first device, whoever has the user's key can set it up; AWS wants MFA for any further one.",
    "With MFA, users may rotate their own access keys (mfaenv keys rotate), and delete unused devices of theirs.",
    "In China and GovCloud write arn:aws-cn and arn:aws-us-gov for arn:aws.",
]
TO_WHOM_NOT = (
    "Never attach it to a role that a service assumes (EC2, Lambda, CI), nor to a user whose keys a program uses: "
    "they never have MFA, and would be locked out."
)
PUT = "aws iam put-user-policy --user-name NAME --policy-name RequireMFA --policy-document file://mfa.json"
TAKE_OFF = "aws iam delete-user-policy --user-name NAME --policy-name RequireMFA"


def run(options: Options, _words: Words, env: Env) -> int:
    """Print the policy, and on standard error how to use it."""
    terminal = Terminal.for_options(options, env)
    command, policy, lines = "mfaenv policy", "mfa", LOCKS_OUT_ALL
    if "self_service" in options:
        command, policy, lines = "mfaenv policy --self-service", "self-service", LOCKS_OUT_MOST
    for line in (*lines, TO_WHOM_NOT):
        terminal.note(line)
    first = "Try it on one user first, while another administrator is signed in:"
    terminal.note(first, f"{command} > mfa.json")
    terminal.note("Attach it:", PUT)
    terminal.note("Prove it:", "mfaenv doctor")
    terminal.note("To take it off again, with MFA:", TAKE_OFF)
    to_stdout(mfa_policies.text(policy).encode())
    return DONE
