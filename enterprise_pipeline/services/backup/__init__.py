"""Backups of a whole registry: one file each, verified inside and out, restored beside what is there."""
