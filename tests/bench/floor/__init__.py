"""The floor: the least that a Django page of this kind costs, and the least that a server costs."""
