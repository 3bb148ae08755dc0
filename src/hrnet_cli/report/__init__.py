"""Results to documents of headings, facts, tables, trees and drawings, and documents to formats."""
