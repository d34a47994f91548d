"""The same full rules written for other engines, as fairly as we can."""
