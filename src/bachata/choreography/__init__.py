"""Brief to Blueprint: understands the request, chooses and sequences moves, scores the plan."""
