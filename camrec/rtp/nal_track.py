"""The track of an H.264 or H.265 stream, as its parameter sets describe it."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.codecs import KnownTracks, NalSyntax, ParameterSets, SpsInfo, to_annex_b
from camrec.media import MAX_FRAME_PIXELS, VideoTrack
from camrec.rtp.errors import UnsupportedVideo


class NalTrack:
    """Creates a track when the video format changes. New parameter sets alone do not change it.

    current : the track; None until the parameter sets are known.
    """

    def __init__(self, syntax: type[NalSyntax], sets: ParameterSets, rate: int) -> None:
        self._syntax = syntax
        self._parameter_sets = sets
        self._rate = rate
        self._extradata = b""  # the parameter sets of the next track that is created
        self._tracks = KnownTracks(self._create_track)
        self.current: VideoTrack | None = None

    def update(self, nals: Sequence[bytes], types: Sequence[int]) -> None:
        """Choose the track for a key frame.

        Raises UnsupportedVideo (``codec``) if its frames are larger than camrec supports.
        """
        sps_info = self._parameter_sets.sps_info(nals, types)
        if sps_info is None:
            return
        if sps_info.width * sps_info.height > MAX_FRAME_PIXELS:
            name = self._syntax.CODEC.upper().replace("H", "H.")
            raise UnsupportedVideo("codec", f"{name}, {sps_info.width}x{sps_info.height}")
        # A decoder that is prepared for more reordering also decodes frames with less.
        if self.current is not None and sps_info.reorder < self.current.reorder:
            sps_info = sps_info._replace(reorder=self.current.reorder)
        self._extradata = to_annex_b(self._parameter_sets.find_required(nals, types))
        self.current = self._tracks.track_for(sps_info)

    def _create_track(self, sps_info: SpsInfo) -> VideoTrack:
        return VideoTrack(
            self._syntax.CODEC,
            sps_info.width,
            sps_info.height,
            self._rate,
            self._extradata,
            sps_info.reorder,
            pixel=sps_info.pixel,
            chroma=sps_info.chroma,
            depth=sps_info.depth,
        )
