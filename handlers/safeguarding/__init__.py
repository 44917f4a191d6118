"""What concerns rest on: who holds the safeguarding roles, and that alerts reach them."""
