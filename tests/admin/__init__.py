"""The operators' site, through its own pages."""
