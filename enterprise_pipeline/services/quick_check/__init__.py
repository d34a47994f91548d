"""The quick check that anybody can do without an account."""
