"""Measures the product beside floors and peers in one run, as ratios; `make bench` starts it."""
