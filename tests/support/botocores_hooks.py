"""What botocore computes anew for each session's 130 handlers of events, computed once: a third of a client's time."""

import functools
import inspect
from collections.abc import Callable
from typing import Any


def compute_once(replace: Callable[[Any, str, Any], None]) -> None:
    """Let botocore remember which handlers take keywords, and its new names of events; `replace` is as `setattr`."""
    import botocore.hooks  # not before the fork server has set its clock

    hooks: Any = botocore.hooks
    aliased = functools.cache(hooks.EventAliaser(None)._alias_event_name)
    replace(hooks.EventAliaser, "_alias_event_name", lambda _, name: aliased(name))
    accepts = hooks.accepts_kwargs
    known = functools.cache(accepts)  # of functions alone: methods would keep their sessions

    def accepts_kwargs(it: Any) -> bool:
        function = getattr(it, "__func__", it)
        return bool(known(function) if inspect.isfunction(function) else accepts(it))

    replace(hooks, "accepts_kwargs", accepts_kwargs)
