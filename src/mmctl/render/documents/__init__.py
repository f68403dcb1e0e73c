"""Values → documents: JSON, SARIF, JUnit, LCOV, Markdown, annotations of GitHub."""
