"""Local standards: drafts, checks, cases, publication."""
