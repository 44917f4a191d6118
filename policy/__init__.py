"""The rules of the school's social media policy: pure, with no I/O and no clock but the one passed in."""
