"""The seed's import path of `PresetManager`."""

from lwe.faces.presets import PresetManager as PresetManager
from lwe.faces.presets import parse_llm_dict as parse_llm_dict

__all__ = ["PresetManager", "parse_llm_dict"]
