"""How good are the dances? The scorecard over songs with known truth, beside chance and beside simpler ways."""
