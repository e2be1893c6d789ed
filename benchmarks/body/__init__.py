"""How well bodies are seen: motion, kinetic beats, poses, and whether their vectors tell moves apart."""
