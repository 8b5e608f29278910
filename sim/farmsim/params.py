"""The base of every block of parameters that a scenario file may contain, and the bounds that recur in them.

A block is described once: its fields, units (as suffixes), bounds and one sentence each. Loading, the JSON
Schema and the generated reference read the same description.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
"""An identifier of a scenario file: lower case words joined by hyphens."""

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, le=1e12)]
NonNegative = Annotated[float, Field(ge=0, le=1e12)]
Celsius = Annotated[float, Field(ge=-60, le=60)]
Hour = Annotated[float, Field(ge=0, lt=24)]
Count = Annotated[int, Field(ge=1, le=100_000_000)]


class Params(BaseModel):
    """A frozen, strict block of parameters: unknown keys, wrong types, NaN and infinity are refused."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        ser_json_inf_nan="null",
        hide_input_in_errors=True,
    )


class Label(Params):
    """A display name in both languages."""

    en: Annotated[str, Field(min_length=1, max_length=60)]
    zh: Annotated[str, Field(min_length=1, max_length=60)]

    def text(self, language: str) -> str:
        """The name in `language` ("en" or "zh")."""
        return self.zh if language.startswith("zh") else self.en
