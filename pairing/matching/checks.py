"""What must work before the product is put to use."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from ledgers.reading.contexts import context_vectors

EXAMPLE = "想请人来讲讲防骗"


@register(deploy=True)
def texts_can_be_read(**kwargs: Any) -> list[CheckMessage]:
    """Read a text in context: without it every page of 智能匹配 would fail, one by one."""
    try:
        context_vectors([EXAMPLE], offered=False)
    except Exception as fault:
        hint = "onnxruntime has no build for this machine, or files in ledgers/reading/data are damaged."
        return [Error(f"Texts cannot be read in context: {fault}", hint=hint, id="matching.E001")]
    return []
