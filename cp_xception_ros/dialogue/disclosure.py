"""Who has been told today that the robot is a machine that reads faces."""

# A face not seen for this long, in seconds, is not in view any more.
GONE = 2.0
NOBODY = ''


class Disclosure:
    """Once per person and day, without knowing who anybody is.

    A new face soon after one that was told, within `same_person_within` seconds, is taken for the
    same person, until both are in view together. Without a camera there is one person.
    """

    def __init__(self, same_person_within: float = 600.0) -> None:
        self._within = same_person_within
        self._seen: dict[str, float] = {}
        self._told: dict[str, str] = {}
        self._heirs: dict[str, str] = {}

    def see(self, face_id: str, now: float) -> None:
        """Note that the face is in view at the monotonic time `now`."""
        self._seen = {f: t for f, t in self._seen.items() if now - t <= self._within}
        self._told = {f: day for f, day in self._told.items() if f in self._seen}
        if face_id not in self._seen:
            self._inherit(face_id)
        self._seen[face_id] = now
        for heir, source in list(self._heirs.items()):
            if source == face_id and heir in self._present(now):
                # Both are here, so they are two people after all.
                del self._heirs[heir]
                self._told.pop(heir, None)

    def due(self, now: float, day: str) -> bool:
        """Tell whether somebody in view was not told on this day."""
        return any(self._told.get(face) != day for face in self._present(now))

    def told(self, now: float, day: str) -> None:
        """Note that everybody in view has been told."""
        for face in self._present(now):
            self._seen.setdefault(face, now)
            self._told[face] = day

    def renew(self) -> None:
        """There is more to tell: what people were told so far does not count."""
        self._told.clear()
        self._heirs.clear()

    def _inherit(self, face_id: str) -> None:
        known = [face for face in self._seen if face in self._told]
        if known:
            source = max(known, key=self._seen.__getitem__)
            self._told[face_id] = self._told[source]
            self._heirs[face_id] = source

    def _present(self, now: float) -> list[str]:
        faces = [face for face, seen in self._seen.items() if face and now - seen <= GONE]
        return faces or [NOBODY]
