"""Tests of every layer."""
