"""The words by which a free-text request is understood, English and Spanish, folded (lower case, no accents).

The rules of the old system, first match wins in the order written; Spanish and a few phrases were added.
"""

from __future__ import annotations

DIFFICULTIES = ("beginner", "intermediate", "advanced")
ENERGIES = ("low", "medium", "high")
STYLES = ("traditional", "modern", "romantic", "sensual", "energetic", "playful")

DIFFICULTY_WORDS: dict[str, tuple[str, ...]] = {
    "beginner": (
        "beginner", "beginners", "easy", "simple", "basic", "first lesson", "newbie",
        "principiante", "principiantes", "facil", "faciles", "sencillo", "sencilla", "basico", "basica",
    ),
    "intermediate": ("intermediate", "intermedio", "intermedia"),
    "advanced": (
        "advanced", "expert", "difficult", "hard", "complex", "pro", "professional",
        "avanzado", "avanzada", "experto", "experta", "dificil", "dificiles", "complejo", "compleja",
    ),
}  # fmt: skip

DIFFICULTY_PHRASES: dict[str, tuple[str, ...]] = {
    "beginner": ("low level", "low difficulty", "nivel bajo", "dificultad baja"),
    "intermediate": ("medium level", "medium difficulty", "nivel medio", "dificultad media"),
    "advanced": ("high level", "high difficulty", "nivel alto", "dificultad alta"),
}
"""Heard before single words, which alone would mean energy."""

ENERGY_WORDS: dict[str, tuple[str, ...]] = {
    "low": (
        "slow", "calm", "relaxed", "gentle", "low", "soft", "quiet",
        "lento", "lenta", "suave", "suaves", "tranquilo", "tranquila", "calmado", "calmada",
    ),
    "medium": ("medium", "moderate", "moderado", "moderada", "media"),
    "high": (
        "fast", "energetic", "high", "intense", "upbeat", "lively", "powerful",
        "rapido", "rapida", "energico", "energica", "intenso", "intensa", "movido", "movida", "fuerte",
    ),
}  # fmt: skip

STYLE_WORDS: dict[str, tuple[str, ...]] = {
    "traditional": ("traditional", "classic", "dominican", "tradicional", "clasico", "clasica", "dominicana"),
    "modern": ("modern", "contemporary", "urban", "moderno", "moderna", "urbana"),
    "romantic": ("romantic", "love", "sweet", "tender", "romantico", "romantica", "amor", "dulce", "tierno", "tierna"),
    "sensual": ("sensual", "sexy", "intimate", "intimo", "intima"),
    "energetic": ("energetic", "energy", "dynamic", "energico", "energica", "dinamico", "dinamica"),
    "playful": ("playful", "fun", "funny", "cheeky", "jugueton", "juguetona", "divertido", "divertida"),
}

LIBRARY_STYLES: dict[str, tuple[str, ...]] = {
    "traditional": ("romantic", "playful"),
    "modern": (),
    "romantic": ("romantic",),
    "sensual": ("sensual",),
    "energetic": ("energetic",),
    "playful": ("playful",),
}
"""Styles of the library that serve a requested one; modern has no preference (decision D9)."""

SMOOTH_WORDS = (
    "smooth", "smooth transitions", "flowing", "fluid", "seamless", "fluido", "fluida", "fluidas",
    "suaves transiciones", "transiciones suaves",
)  # fmt: skip
SHARP_WORDS = ("sharp", "hard cuts", "snappy", "punchy", "cortes secos")
MANNER = (*SMOOTH_WORDS, *SHARP_WORDS)
"""How moves should follow each other; some of these words mean a level or an energy elsewhere."""

NEGATIONS = ("no", "not", "without", "avoid", "never", "less", "sin", "nada", "evita", "evitar", "menos", "too")

NUMBER_WORDS = {
    "half a": 0.5, "half": 0.5, "medio": 0.5, "media": 0.5,
    "a": 1, "an": 1, "one": 1, "un": 1, "una": 1, "uno": 1,
    "two": 2, "dos": 2, "three": 3, "tres": 3, "four": 4, "cuatro": 4, "five": 5, "cinco": 5,
    "ten": 10, "diez": 10, "fifteen": 15, "quince": 15, "twenty": 20, "veinte": 20, "thirty": 30, "treinta": 30,
    "forty": 40, "cuarenta": 40, "forty five": 45, "fifty": 50, "cincuenta": 50, "sixty": 60, "sesenta": 60,
    "ninety": 90, "noventa": 90,
}  # fmt: skip
