"""All that each page's template may read, as frozen dataclasses; no template queries anything."""
