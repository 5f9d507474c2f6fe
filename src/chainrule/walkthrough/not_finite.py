from chainrule.explain.why import not_finite as not_finite
