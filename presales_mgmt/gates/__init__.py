"""The engine: what a stage needs before it may be left, and the only code that moves a project."""
