"""Spaces in memory. The default one may be in a database file."""

from asyncio import to_thread

from ledgersim.spaces.registry import DEFAULT, TOO_MANY_SPACES, Limits, Spaces
from ledgersim.spaces.space import Space, SpaceSettings
from ledgersim.storage.clones import shared_image
from ledgersim.storage.database import Database
from ledgersim.storage.images import Image


class SpacesInMemory(Spaces):
    """The default space, and named spaces that start from the seeded world or another image."""

    in_folder = False

    def __init__(
        self, image: Image, settings: SpaceSettings, limits: Limits, default: Database | None = None
    ) -> None:
        super().__init__(image, settings, limits, default)
        self._spaces[DEFAULT] = self.stand_in
        self._update_size(self.stand_in)

    def __contains__(self, name: str) -> bool:
        return name in self._spaces

    def __getitem__(self, name: str) -> Space:
        """The space with a name, created on first use. Raises a 400, 404 or 503 Problem."""
        space = self._spaces.get(name)
        if space is None:
            self._check_use(name, creates=True)
            space = self._create(name, self._image)
        return space

    def closed(self) -> list[str]:
        """None."""
        return []

    async def open(self, name: str, creates: bool = True) -> Space:
        """The space with a name, created on first use."""
        self._check_use(name, creates)
        return self[name]

    async def create(self, name: str | None, image: Image | None = None) -> str:
        """Create a space from an image, or from the seed, and return its name."""
        shared = None if image is None else await to_thread(shared_image, image)
        name = self._new_name(name)
        self._check_new(name)
        self._create(name, self._image if image is None else image)
        del shared  # it lasts as long as anybody uses it
        return name

    def _create(self, name: str, image: Image) -> Space:
        is_seed = image is self._image
        if len(self._spaces) > self.limits.spaces:
            raise TOO_MANY_SPACES.with_detail(
                f"There are already {self.limits.spaces} spaces besides the default one: delete one "
                "(DELETE /_sim/spaces/NAME), reuse one (POST /_sim/reset), or start the server with a higher "
                "--max-spaces."
            )
        self.check_capacity(0 if is_seed else len(image))
        space = self._spaces[name] = Space(name, Database.in_memory(image), image, self._settings)
        self._update_size(space)
        if not is_seed:
            self._update_images_size()
        return space

    async def delete(self, name: str) -> None:
        """Delete a space as soon as its requests in flight have ended."""
        self._check_deletion(name)
        space = self._spaces[name]
        self._forget(space)
        space.close_when_idle()
