"""What a page tells: counting by hand, simplified formulas, numbers put in."""
