"""What is measured. Each module has `operations(bench)`, which yields `Comparison`s and `Measurement`s."""
