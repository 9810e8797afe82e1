"""What makes the sandbox: standard library only, so that any Python 3.10+ can run it."""
