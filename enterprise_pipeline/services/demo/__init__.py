"""The synthetic, Yichang-shaped demo registry: invented enterprises, real rules."""
