"""E-mail out of Exeat: the server that is named, the message that a card becomes, and how it is handed over."""

from bot.mail.mailer import SmtpMailer, mailer_of
from bot.mail.message import postal
from bot.mail.server import MailServer

__all__ = ["MailServer", "SmtpMailer", "mailer_of", "postal"]
