"""The product: everything Runlens knows about runs, results, teams and keys."""

VERSION = "0.1.0.dev0"
