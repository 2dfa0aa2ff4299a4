"""STS and IAM with the limits of their parameters: those of botocore's models and of a role's session.

A demo does not need them: the AWS CLI and the SDKs send nothing else but what their models know.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any

from botocore.model import ServiceModel

from mfaenv.aws.regions import loader
from mfaenv.pretend_aws.iam import IAM
from mfaenv.pretend_aws.service import Call, QueryService
from mfaenv.pretend_aws.sts import STS
from mfaenv.pretend_aws.wire import Content, Refusal

MAX_ARNS = 10
MAX_POLICY = 2048
"""Characters of the policy and the ARNs."""

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold: an answer that repeats a parameter must stay readable."""

_ASTRAL = (r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF")
_LETTERS = (r"\p{L}\p{Z}\p{N}", r"\w \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000")
"""Classes of characters as AWS's models write them, which are for Java, and as Python does."""


def check(service: str, action: str, form: Mapping[str, str]) -> None:
    """Check the parameters of a call, in a model whose shapes have no types.

    Raise Refusal: a `ValidationError` that names every broken limit, or `NotImplemented` for a parameter that
    the model does not know. Silence about such a one, a later kind of session policy, could grant more than AWS
    grants.
    """
    left = {name: text for name, text in form.items() if name not in {"Action", "Version"}}
    problems: list[str] = []
    _check_value(_input_shape(service, action), "", "", left, problems)
    if left:
        raise Refusal(
            "NotImplemented", f"This pretend AWS does not know the parameter {next(iter(left))}.", 501
        )
    if problems:
        count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
        raise Refusal("ValidationError", count + "; ".join(problems), 400)


@cache
def _input_shape(service: str, action: str) -> Any:
    model = ServiceModel(loader().load_service_model(service, "service-2"), service)
    return model.operation_model(action).input_shape


def _check_value(shape: Any, name: str, path: str, left: dict[str, str], problems: list[str]) -> bool:
    """Take a value out of what is left of the form, note the limits that it breaks, and return whether there is one."""
    if shape.type_name == "structure":
        for member_name, member in shape.members.items():
            member_path = f"{path}.{member_name[0].lower()}{member_name[1:]}".removeprefix(".")
            is_there = _check_value(
                member, f"{name}.{member_name}".removeprefix("."), member_path, left, problems
            )
            if not is_there and member_name in shape.required_members:
                problems.append(
                    f"Value null at '{member_path}' failed to satisfy constraint: Member must not be null"
                )
        return True
    if shape.type_name == "list":
        number = 0
        while any(f"{one}.".startswith(f"{name}.member.{number + 1}.") for one in left):
            number += 1
            _check_value(shape.member, f"{name}.member.{number}", f"{path}.{number}.member", left, problems)
        if not number:
            return False
        shown, broken = "Value", _outside(shape, number, "length")
    else:
        text = left.pop(name, None)
        if text is None:
            return False
        readable = _NOT_XML.sub("\ufffd", text)
        shown, broken = f"Value '{readable}'", _broken(shape, text)
    if broken:
        problems.append(f"{shown} at '{path}' failed to satisfy constraint: {broken}")
    return True


def _broken(shape: Any, text: str) -> str:
    """Return the limit that a value breaks, in AWS's words; an empty text where it breaks none."""
    if shape.type_name == "integer":
        is_number = re.fullmatch("-?[0-9]+", text)
        return _outside(shape, int(text), "value") if is_number else "Member must be a number"
    if shape.enum and text not in shape.enum:
        return f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
    pattern = shape.metadata.get("pattern", "")
    flags = re.NOFLAG if r"\p{" in pattern else re.ASCII
    fits = not pattern or re.fullmatch(pattern.replace(*_ASTRAL).replace(*_LETTERS), text, flags)
    wrong_pattern = "" if fits else f"Member must satisfy regular expression pattern: {pattern}"
    return _outside(shape, len(text), "length") or wrong_pattern


def _outside(shape: Any, size: int, word: str) -> str:
    """Return the limit of a size that is broken."""
    if size < shape.metadata.get("min", size):
        return f"Member must have {word} greater than or equal to {shape.metadata['min']}"
    if size > shape.metadata.get("max", size):
        return f"Member must have {word} less than or equal to {shape.metadata['max']}"
    return ""


def _perform(service: str, action: str, perform: Callable[[Call], Content], call: Call) -> Content:
    check(service, action, call.form)
    if action == "AssumeRole":
        _check_what_is_inherited(call)
    content = perform(call)
    if action == "AssumeRole":
        _check_size_of_policies(call)
    return content


def _check_what_is_inherited(call: Call) -> None:
    """Raise Refusal where a role's session sets anew what the session before it handed on."""
    before = call.caller.details
    if before.source_identity not in {"", call.form.get("SourceIdentity", before.source_identity)}:
        raise Refusal(
            "AccessDenied", f"The source identity {before.source_identity} of the session cannot be changed."
        )
    inherited = {key.lower() for key in before.transitive}
    if again := [key for key in call.values("Tags", ".Key") if key.lower() in inherited]:
        message = "conflicts with a transitive tag key from the calling session."
        raise Refusal("InvalidParameterValue", f"The specified tag key {again[0]} {message}", 400)


def _check_size_of_policies(call: Call) -> None:
    """Raise Refusal. AWS compresses policies and tags, has a limit for these too, and does not publish either."""
    arns = call.values("PolicyArns", ".arn")
    if len(arns) > MAX_ARNS:
        raise Refusal("ValidationError", f"More than {MAX_ARNS} policyArns were given.", 400)
    if (size := len(call.form.get("Policy", "") + "".join(arns))) > MAX_POLICY:
        percent = size * 100 // MAX_POLICY
        message = f"Packed policy consumes {percent}% of allotted space, please use smaller policy."
        raise Refusal("PackedPolicyTooLarge", message, 400)


def _strict(service: QueryService) -> QueryService:
    actions = {
        action: partial(_perform, service.name, action, perform) for action, perform in service.actions.items()
    }
    return replace(service, actions=actions)


STRICT_SERVICES = (_strict(STS), _strict(IAM))
