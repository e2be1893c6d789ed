CENTRE = (0.0,) * 512
SPREAD = (1.0,) * 512
