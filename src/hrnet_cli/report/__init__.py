"""Results to reports of headings, facts, tables, trees and drawings, and reports to formats."""
