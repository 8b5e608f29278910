"""What the schema has to say about a whole scenario, beyond the shape of each block: references and sums."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from farmsim.scenario.text import Remedy


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a valid-looking scenario, at a path of keys (list indexes as digits).

    `arguments` fill the message of `code`. `candidates` are what may stand there instead; the argument `name`
    is compared with them. `on_key` puts the caret under the key instead of the value.
    """

    path: tuple[str, ...]
    code: str
    arguments: dict[str, str] = field(default_factory=dict)
    candidates: Sequence[str] = ()
    on_key: bool = False
    remedies: Sequence[Remedy] = ()
    """What would mend it, where that is not one of the candidates."""
