"""Faults at random while people use the product, and what must hold whatever happens. Loopback only."""
