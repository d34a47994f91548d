"""Enterprise cultivation pipeline: web pages, use cases and jobs over the registry."""
