"""Requests as events: messages, duplicates and nonsense go in; every request becomes one video, the rest is kept."""
