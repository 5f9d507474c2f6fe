"""An expression in any style: names, numbers, formulas."""
