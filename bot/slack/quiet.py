"""Loggers for Slack's libraries that never repeat what they were told: bodies and messages stay out of the log."""

import logging

import structlog

log = structlog.get_logger("exeat.slack.library")


class _Quiet(logging.Handler):
    """Keeps where a record came from and the kind of error, and drops its words."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        log.warning("slack library", at=f"{record.module}.{record.funcName}", level=record.levelname, kind=error)


def quiet_logger(name: str, level: int = logging.WARNING) -> logging.Logger:
    """A logger of its own, outside the logging tree: from `level` on, what happens is told of without its words."""
    logger = logging.Logger(f"exeat.slack.{name}", level)
    logger.addHandler(_Quiet())
    logger.propagate = False
    return logger
