"""Benchmarks. One command prints every figure: python3 run.py bench [CASE ...] [--json FILE]. See runner.py."""
