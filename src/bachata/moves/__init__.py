"""What can be danced: the catalogue of moves, bringing clips into it, their embeddings and the index over them.

```
catalogue.py    a move: label, level, its mezzanine       glossary.py    names, styles, roles of labels
annotations.py  what people say of clips, all faults      probe.py       what a file is, measured
beats.py        a clip's beats -> frames, once            keyframes.py   where a clip may be cut
examine.py      one clip, before anything is made         mezzanine.py   any clip -> a profile, and a thumbnail
shelf.py        mezzanines in storage, by content         record.py      what is kept beside one
conforming.py   many clips at once                        ingest.py      all of it -> library, or nothing
profiles.py     the one profile of a library              check.py       proof that a library conforms
body/           what a move looks like                    poses.py       from one pose to another
embedding.py    a move or a wish -> one vector            index.py       nearest moves, filters inside
repository.py   the library in PostgreSQL                 library.py     loaded, indexed, cached
```
"""
