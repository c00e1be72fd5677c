"""One command prints every figure: python3 run.py bench [CASE ...] [--json FILE]. How they are taken: frame.py."""
