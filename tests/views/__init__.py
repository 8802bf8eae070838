"""One file per view, named after its address; they must not know how a page is drawn."""
