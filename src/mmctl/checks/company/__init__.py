"""Company rules: what rules and resources say, compared with what a project file demands."""
