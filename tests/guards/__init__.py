"""The architecture, executable: rules that hold for every view, page and module at once."""
