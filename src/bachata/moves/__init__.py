"""What can be danced: the catalogue of moves, bringing clips into it, their embeddings and the index over them.

```
catalogue.py    a move: label, level, energy, its own beats in frames     glossary.py   names, styles, roles of labels
annotations.py  what people say of clips, all faults at once              probe.py      what a file is, measured
beats.py        a clip's beats -> frames, once                            ingest.py     all of it -> library, or nothing
embedding.py    a move or a wish -> one vector                            index.py      nearest moves, filters inside
repository.py   the library in PostgreSQL                                 library.py    loaded, indexed, cached
```
"""
