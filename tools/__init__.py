"""Programs for building, checking and starting; nothing of the product imports them."""
