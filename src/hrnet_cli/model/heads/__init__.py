"""The heads. Each is a network that has one: its state-dict keys are next to the backbone's, as in the original."""
