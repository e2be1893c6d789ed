"""Blueprint to video: fetches media, conforms, cuts, retimes, blends, mixes, writes. Knows no music or moves."""
