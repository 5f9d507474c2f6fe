"""Small changes to the package, which tests run the changed lines, and whether one of them fails."""
