"""The page beside a video: player, waveform with counts, the moves under it, the scores."""
