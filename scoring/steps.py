"""Named intermediate columns, in layers: what several expressions share is computed once, under a name.

Nesting everything into one expression a column would be simpler to write, but
its trees repeat themselves so often that planning them takes minutes.
"""

import polars as pl


class Steps:
    """Columns to compute, each in the first layer in which everything it reads is there."""

    def __init__(self) -> None:
        self._layer_of: dict[str, int] = {}
        self.layers: list[list[pl.Expr]] = []

    def put(self, name: str, expr: pl.Expr) -> pl.Expr:
        """Compute ``expr`` once, as a column; a plain column is only passed on."""
        if expr.meta.is_column():
            return expr
        column = f"~{name}"
        if column in self._layer_of:
            raise ValueError(f"The step {name!r} is there already.")
        layer = 1 + max((self._layer_of.get(read, -1) for read in expr.meta.root_names()), default=-1)
        self._layer_of[column] = layer
        while len(self.layers) <= layer:
            self.layers.append([])
        self.layers[layer].append(expr.alias(column))
        return pl.col(column)

    def share(self, name: str, expr: pl.Expr) -> pl.Expr:
        """Like ``put``, for what several rules compute alike: the name says it all, the first one counts."""
        return pl.col(f"~{name}") if f"~{name}" in self._layer_of else self.put(name, expr)

    def apply(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The frame with every column added, layer by layer."""
        for layer in self.layers:
            frame = frame.with_columns(layer)
        return frame
