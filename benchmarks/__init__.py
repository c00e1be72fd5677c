"""Benchmarks. One command prints all figures: python3 run.py bench [CASE ...] [--json FILE]. See runner.py."""
