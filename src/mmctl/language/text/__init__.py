"""YAML as text: nodes and positions, comments, quotes, layout. Nothing about Mail Manager."""
