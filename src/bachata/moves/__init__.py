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
embedding.py    parts of a vector, fused by weights       lexical.py     words -> a part, without any model
embedder.py     the parts of moves, only what changed     repository.py  the library in PostgreSQL
index.py        the best moves, filters inside            lists.py       above 50,000: where to look
scan.py         FAISS or NumPy compares                   editing.py     one move changed or taken out
snapshot.py     a library as one file                     container.py   arrays in a file, mapped, proven
snapshots.py    where these are kept                      documents.py   moves read when looked at
library.py      loaded, cached                            wording.py     who turns words into parts
```
"""
