"""The pure core: facts, dated rules, screening and gaps."""
