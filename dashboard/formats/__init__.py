"""How the administration writes moments, by language; pages write theirs themselves."""
