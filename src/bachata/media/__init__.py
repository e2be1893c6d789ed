"""What ingest and assembly both know of video files. Knows no music, moves or blueprints.

::

    files       opening media; FFmpeg's refusals in the project's words
    conform     any frame -> one size, pixel format and colours
    reader      clip -> the picture shown at a source time
    profile     named, versioned encodings whose pieces share one SPS and PPS
    encoder     frames -> a piece: the packets of closed groups of pictures
    container   packets -> MP4, QuickTime or Matroska
    clip        a file's keyframes and frames; whether it conforms to a profile
"""
