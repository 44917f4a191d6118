"""What Exeat is, as the platforms' app pages say it."""

ABOUT = (
    "Exeat puts a school's social media policy to work where its staff already talk. "
    "Staff draft posts here; the headteacher approves them, asks for changes or rejects them; whoever looks after "
    "the account is told when a post may go up. Nothing goes out without leave, and everybody can see why. "
    "Exeat keeps its records on the school's own server."
)

GREEN = "#1f3d2b"
"""Exeat's one colour."""
