"""The running program: settings, the surfaces' edges, relay, clock and command line."""
