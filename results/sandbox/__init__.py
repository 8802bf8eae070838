"""A local stand-in for the Trigger.dev API, for demo, tests and benchmarks; it must not know the product."""
