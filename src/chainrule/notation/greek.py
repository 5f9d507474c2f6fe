"""Greek letters: the sign of each name, and how LaTeX writes it."""

from __future__ import annotations

LETTERS = {
    "alpha": ("α", r"\alpha"), "beta": ("β", r"\beta"), "gamma": ("γ", r"\gamma"), "delta": ("δ", r"\delta"),
    "epsilon": ("ε", r"\varepsilon"), "zeta": ("ζ", r"\zeta"), "eta": ("η", r"\eta"), "theta": ("θ", r"\theta"),
    "iota": ("ι", r"\iota"), "kappa": ("κ", r"\kappa"), "lambda": ("λ", r"\lambda"), "mu": ("μ", r"\mu"),
    "nu": ("ν", r"\nu"), "xi": ("ξ", r"\xi"), "pi": ("π", r"\pi"), "rho": ("ρ", r"\rho"), "sigma": ("σ", r"\sigma"),
    "tau": ("τ", r"\tau"), "upsilon": ("υ", r"\upsilon"), "phi": ("φ", r"\varphi"), "chi": ("χ", r"\chi"),
    "psi": ("ψ", r"\psi"), "omega": ("ω", r"\omega"),
    "Gamma": ("Γ", r"\Gamma"), "Delta": ("Δ", r"\Delta"), "Theta": ("Θ", r"\Theta"), "Lambda": ("Λ", r"\Lambda"),
    "Xi": ("Ξ", r"\Xi"), "Pi": ("Π", r"\Pi"), "Sigma": ("Σ", r"\Sigma"), "Phi": ("Φ", r"\Phi"),
    "Psi": ("Ψ", r"\Psi"), "Omega": ("Ω", r"\Omega"),
}  # fmt: skip
# The quantities whose names are shown as a letter; the others keep their words.
_NAMED = ("eta", "beta", "epsilon", "mu", "rho", "gamma", "lambda", "alpha")
_LAMBDA = ("lambda", "strength", "weight_decay")
GREEK = {**{name: LETTERS[name][0] for name in _NAMED}, **dict.fromkeys(_LAMBDA, LETTERS["lambda"][0])}
LATEX_GREEK = {
    **{name: LETTERS[name][1] for name in (*_NAMED, "sigma")},
    **dict.fromkeys(_LAMBDA, LETTERS["lambda"][1]),
    **{f"beta{number}": rf"{LETTERS['beta'][1]}_{{{number}}}" for number in (1, 2)},
    **{f"strength{number}": rf"{LETTERS['lambda'][1]}_{{{number}}}" for number in (1, 2)},
}
LATEX_SIGNS = {**dict(LETTERS.values()), "µ": r"\mu"}  # the last one is the micro sign, which looks the same
