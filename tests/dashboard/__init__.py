"""The site: settings, stores and probes."""
