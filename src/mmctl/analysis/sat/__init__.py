"""SAT: literals, formulas, and the solver that searches a model of them."""
