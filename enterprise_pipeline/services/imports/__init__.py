"""Spreadsheets in: read, matched to the registry, planned, looked at, committed."""
