"""Results to documents: headings, facts, tables, trees, drawings; no markup, no colours."""
