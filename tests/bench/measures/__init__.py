"""The measures, one module a subject; each yields findings for goals by name and judges none."""
