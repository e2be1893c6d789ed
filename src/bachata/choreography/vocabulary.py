"""The words by which a free-text request is understood, English and Spanish, folded (lower case, no accents).

The rules of the old system, first match wins in the order written; Spanish and natural phrases were added. Regular
plurals (an s at the end) need no mention.
"""

from __future__ import annotations

from typing import get_args

from bachata.blueprint import Difficulty
from bachata.tasks.choreography_request import Energy, Style

DIFFICULTIES: tuple[str, ...] = get_args(Difficulty)
ENERGIES: tuple[str, ...] = get_args(Energy)
STYLES: tuple[str, ...] = get_args(Style)

DIFFICULTY_WORDS: dict[str, tuple[str, ...]] = {
    "beginner": (
        "beginner", "easy", "simple", "basic", "first lesson", "first class", "first dance", "newbie", "novice",
        "newcomer", "starter", "principiante", "facil", "faciles", "sencillo", "sencilla", "basico", "basica",
        "iniciacion", "desde cero", "novato", "novata",
    ),
    "intermediate": ("intermediate", "improver", "intermedio", "intermedia"),
    "advanced": (
        "advanced", "expert", "difficult", "hard", "complex", "pro", "professional", "challenging", "experienced",
        "avanzado", "avanzada", "experto", "experta", "dificil", "dificiles", "complejo", "compleja", "profesional",
        "desafiante",
    ),
}  # fmt: skip

DIFFICULTY_PHRASES: dict[str, tuple[str, ...]] = {
    "beginner": ("low level", "low difficulty", "nivel bajo", "dificultad baja"),
    "intermediate": ("medium level", "medium difficulty", "nivel medio", "dificultad media"),
    "advanced": ("high level", "high difficulty", "nivel alto", "dificultad alta"),
}
"""Heard before single words, which alone would mean energy."""

ENERGY_PHRASES: dict[str, tuple[str, ...]] = {
    "low": ("low energy", "little energy", "energia baja", "baja energia", "poca energia"),
    "medium": ("medium energy", "energia media", "media energia"),
    "high": (
        "high energy", "lots of energy", "full of energy", "mucha energia", "energia alta", "alta energia",
        "con energia", "llena de energia", "lleno de energia",
    ),
}  # fmt: skip
"""Heard before the words of style: low energy is nothing energetic."""

ENERGY_WORDS: dict[str, tuple[str, ...]] = {
    "low": (
        "slow", "slowly", "calm", "relaxed", "relaxing", "gentle", "low", "soft", "quiet", "mellow", "chill",
        "lento", "lenta", "suave", "tranquilo", "tranquila", "calmado", "calmada", "despacio", "relajado", "relajada",
        "pausado", "pausada",
    ),
    "medium": ("medium", "moderate", "moderado", "moderada", "media"),
    "high": (
        "fast", "quick", "energetic", "high", "intense", "upbeat", "uptempo", "lively", "powerful",
        "rapido", "rapida", "energico", "energica", "intenso", "intensa", "movido", "movida", "fuerte", "animado",
        "animada",
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
    "smooth", "smoothly", "flowing", "fluid", "seamless", "fluido", "fluida", "suaves transiciones",
    "transiciones suaves", "transicion suave", "soft transitions", "gentle transitions", "slow transitions",
)  # fmt: skip
SHARP_WORDS = (
    "sharp", "hard cut", "hard transition", "fast cut", "quick cut", "snappy", "punchy", "cortes secos",
    "cortes rapidos", "cortes duros", "transiciones secas",
)  # fmt: skip
MANNERS: dict[str, tuple[str, ...]] = {"smooth": SMOOTH_WORDS, "sharp": SHARP_WORDS}
"""How moves should follow each other; some of these words mean a level or an energy elsewhere."""

NEGATIONS = (
    "no", "not", "without", "avoid", "avoiding", "never", "less", "none", "neither", "nor", "except", "skip", "dont",
    "hate", "too", "sin", "nada", "evita", "evitar", "evitando", "menos", "nunca", "jamas", "tampoco", "ni", "ningun",
    "ninguna", "excepto", "salvo",
)  # fmt: skip
NO_NEGATIONS = (
    "at least",
    "not only",
    "no matter",
    "no less than",
    "al menos",
    "por lo menos",
    "mas o menos",
    "no solo",
    "no solamente",
)
"""Phrases that hold a negation and refuse nothing."""

GENERAL_WORDS = ("steps", "pasos")
"""Names of moves that in a sentence mean any move."""

MOODS: dict[str, tuple[str, ...]] = {
    "love": ("love", "in love", "heart", "amor", "corazon", "enamorado", "enamorada", "querer"),
    "sad": ("sad", "melancholic", "heartbreak", "tears", "triste", "melancolico", "melancolica", "desamor", "despecho"),
    "happy": ("happy", "cheerful", "joyful", "party", "feliz", "felices", "alegre", "fiesta"),
    "passionate": ("passionate", "passion", "sexy", "sensual", "pasion", "apasionado", "apasionada"),
    "tender": ("tender", "sweet", "romantic", "tierno", "tierna", "dulce", "romantico", "romantica"),
}
"""Words for the mood of a song, each mood with the words that may name it, in a request or in a title."""

TEMPO_WORDS = {
    "slow": ("slow", "slower", "lento", "lenta", "lentos", "lentas", "pausado", "pausada"),
    "medium": ("medium", "moderate", "mid", "moderado", "moderada", "medio", "media"),
    "fast": ("fast", "faster", "quick", "upbeat", "uptempo", "rapido", "rapida", "movido", "movida"),
}
TEMPO_BANDS = {"slow": (90.0, 120.0), "medium": (120.0, 130.0), "fast": (130.0, 180.0)}
"""Beats a minute, both ends included; bachata lies between 100 and 180, most of it around 120 to 130."""

NUMBER_WORDS = {
    "half a": 0.5, "half": 0.5, "medio": 0.5, "media": 0.5,
    "a": 1, "an": 1, "one": 1, "un": 1, "una": 1, "uno": 1,
    "two": 2, "dos": 2, "three": 3, "tres": 3, "four": 4, "cuatro": 4, "five": 5, "cinco": 5,
    "ten": 10, "diez": 10, "fifteen": 15, "quince": 15, "twenty": 20, "veinte": 20, "thirty": 30, "treinta": 30,
    "forty": 40, "cuarenta": 40, "forty five": 45, "fifty": 50, "cincuenta": 50, "sixty": 60, "sesenta": 60,
    "ninety": 90, "noventa": 90,
}  # fmt: skip
