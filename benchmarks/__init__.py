"""Measurements against peers and limits; `make bench` runs them and writes docs/benchmarks.md."""
