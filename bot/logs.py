"""The log: events, not sentences. A stable name and key=value, one line each, safe to read.

Outside text reaches the log only as a value, and values are escaped, so that no feed can forge a line.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

log: Any = structlog.get_logger("tocsin")


def configure(level: str = "INFO", *, json: bool = False) -> None:
    """Send events of `level` and above to standard error, as readable lines or as JSON."""
    for library in ("httpx", "httpcore"):  # at DEBUG they would write whole addresses and headers
        logging.getLogger(library).setLevel(logging.WARNING)
    render: Any = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event", "source"], drop_missing=True)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # asked each time: tests and services swap it
        cache_logger_on_first_use=False,
    )
