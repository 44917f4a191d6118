"""The log on standard error: JSON lines, or words at a terminal; ids only, never what people wrote."""

import logging
import sys

import structlog


def set_up_logs(*, quiet: bool = False) -> None:
    """Send the program's log to standard error: JSON for machines, words at a terminal. `quiet`: errors only.

    The libraries' own logs are let through from warnings up, as names and levels: their messages may quote what
    somebody wrote.
    """
    at_terminal = sys.stderr.isatty()
    last = structlog.dev.ConsoleRenderer() if at_terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR if quiet else logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Wordless(logging.ERROR if quiet else logging.WARNING)]


class _Wordless(logging.Handler):
    """Passes a library's warning on without its words."""

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        log = structlog.get_logger("exeat.library")
        say = log.error if record.levelno >= logging.ERROR else log.warning
        say("library", logger=record.name, at=f"{record.module}:{record.lineno}", kind=kind)
