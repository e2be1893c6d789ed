"""What can be danced: the catalogue of moves, bringing clips into it, their embeddings and the index over them."""
