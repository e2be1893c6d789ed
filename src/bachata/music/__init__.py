"""What a song is: beats, counts, sections, energy, loudness. Turns sound into an `Analysis` document."""
