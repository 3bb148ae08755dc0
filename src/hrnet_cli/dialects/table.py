"""The dialects that are read and written: one row each, and a folder with the same name.

The package of a folder detects its dialect; its modules `read` and `write` are imported when they are used. A spec in
its own words is detected here, so that it imports no dialect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from hrnet_cli.errors import Diagnostic, InexpressibleError
from hrnet_cli.hrnet import NUM_STAGES, STAGE_FIELDS, STAGE_KEY, STAGE_KEYS, stage_number
from hrnet_cli.schema.spec import EDITOR_KEY, SPEC_KEYS
from hrnet_cli.text import misspelt

if TYPE_CHECKING:
    from hrnet_cli.dialects.reading import Reading
    from hrnet_cli.dialects.writing import Written
    from hrnet_cli.documents import Document
    from hrnet_cli.schema.spec import Spec

Config = Mapping[str, Any]


@dataclass(frozen=True)
class Dialect:
    """How one framework writes an HRNet. Its functions have these names in the folder `dialects/<name>`."""

    name: str
    targets: tuple[str, ...] = ()
    """The forms that it is written in: `write_<target>` in its module `write`. One without any is read alone."""

    def _import(self, module: str = "") -> Any:
        return import_module(f"hrnet_cli.dialects.{self.name}{module}")

    def detect(self, config: Config) -> bool:
        """Whether a config is written in it."""
        return bool(self._import().detect(config))

    def recognise(self, config: Config) -> bool:
        """Whether a config that it detects is certainly an HRNet's: a file found in a folder may be anything."""
        return bool(getattr(self._import(), "recognise", self.detect)(config))

    def find_misspelling(self, config: Config) -> Diagnostic | None:
        """The one misspelt word that keeps a config from being detected."""
        found: Diagnostic | None = getattr(self._import(), "find_misspelling", lambda _: None)(config)
        return found

    def read(self, config: Config) -> Reading:
        """A config that it detects, as the data of a spec."""
        reading: Reading = self._import(".read").read(config)
        reading.replace_zeros()
        return reading

    def read_stages(self, config: Config) -> Reading:
        """Stages that stand below other keys, in the dialect that STAGES_READER names: the data of a backbone."""
        reading: Reading = self._import(".read").read_alone(config)
        reading.replace_zeros()
        return reading

    def write(self, spec: Spec, target: str) -> Written:
        """The text of a spec. Raises InexpressibleError for a backbone that the framework cannot build."""
        written: Written = getattr(self._import(".write"), f"write_{target}")(spec)
        return written

    def find_limits(self, spec: Spec) -> Iterator[Diagnostic]:
        """Why the framework cannot build a network; nothing where it can. It is known of the BUILDERS alone."""
        limits: Iterator[Diagnostic] = self._import(".write").find_limits(spec)
        return limits


NATIVE = "native"

DIALECTS: dict[str, Dialect] = {
    NATIVE: Dialect(NATIVE, ("yaml", "json")),
    "official": Dialect("official", ("official",)),
    "timm": Dialect("timm", ("timm",)),
    "mmlab": Dialect("mmlab", ("mmlab",)),
    "alphapose": Dialect("alphapose"),
    "dekr": Dialect("dekr"),
    "maskrcnn": Dialect("maskrcnn"),
    "paddle": Dialect("paddle"),
    "named": Dialect("named"),
}
"""In the order in which they are tried: the first that detects a config reads it."""
FOREIGN = {name: dialect for name, dialect in DIALECTS.items() if name != NATIVE}
"""The dialects of other frameworks."""
STAGES_READER = "official"
"""The dialect that reads stages without anything around them: most other code follows the authors' keys."""
BUILDERS = {name: dialect for name, dialect in FOREIGN.items() if dialect.targets}
"""Those that are written too, so that the limits of their own code are known."""
WRITERS = {target: dialect for dialect in DIALECTS.values() for target in dialect.targets}
"""The targets of `hrnet-cli convert`."""


def identify(config: Any) -> str:
    """The name of the dialect that a config is written in; empty where none detects it."""
    if not isinstance(config, Mapping):
        return ""
    if is_native(config):
        return NATIVE
    return next((name for name, dialect in FOREIGN.items() if dialect.detect(config)), "")


_FOREIGN_KEYS = {"type", "upsample"}
_FOREIGN_STAGE_KEYS = {"block_type", "multiscale_output"}
"""Keys by which a config with stages at its top is timm's or mmlab's."""


def is_native(config: Mapping[Any, Any]) -> bool:
    """Whether it has stages at its top, and no key that marks another dialect."""
    if STAGE_KEYS[0] not in config or _FOREIGN_KEYS & config.keys() or has_official_keys(config):
        return False
    if not _has_own_stages(config):
        return False
    for key, value in config.items():
        if not isinstance(key, str):
            return False
        if STAGE_KEY.fullmatch(key) and isinstance(value, Mapping) and _FOREIGN_STAGE_KEYS & value.keys():
            return False
        if key not in SPEC_KEYS and not STAGE_KEY.fullmatch(key) and _may_hold_network(key, value):
            return False
    return True


def _has_own_stages(config: Mapping[Any, Any]) -> bool:
    """Whether a stage has a key of a stage, or none is a mapping yet beside keys of a spec.

    A pipeline of another tool may have stages too.
    """
    from hrnet_cli.dialects.reading import is_stage

    stages = [value for key, value in config.items() if stage_number(key) is not None]
    if any(isinstance(stage, Mapping) and not _STAGE_FIELDS.isdisjoint(stage) for stage in stages):
        return True
    if any(map(is_stage, stages)):
        return True
    others = {key for key in config if stage_number(key) is None}
    is_begun = not others or not others.isdisjoint((*SPEC_KEYS, EDITOR_KEY))
    return is_begun and not any(isinstance(stage, Mapping) and stage for stage in stages)


_STAGE_FIELDS = frozenset(STAGE_FIELDS)


def _may_hold_network(key: str, value: Any) -> bool:
    """Whether a key besides stages has another network: stages at the top of a Python config may be its variables."""
    from hrnet_cli.dialects.reading import holds_stages
    from hrnet_cli.documents.python.values import Unread

    return holds_stages(value) or (key in ("model", "backbone") and isinstance(value, Unread))


def is_whole_spec(config: Mapping[Any, Any]) -> bool:
    """Whether it is a spec of our own, by a key besides its stages that only a spec has, and none that it has not."""
    keys = [key for key in config if stage_number(key) is None]
    return bool(keys) and is_native(config) and {*keys} <= {*SPEC_KEYS, EDITOR_KEY}


_OFFICIAL_KEYS = {"final_conv_kernel", "pretrained_layers", "stem_inplanes", "with_head", "deconv"}


def has_official_keys(config: Mapping[str, Any]) -> bool:
    """Whether stages at the top of a config are the `EXTRA` of one of the authors', all in lower case."""
    first = config.get(STAGE_KEYS[0])
    found = bool(_OFFICIAL_KEYS & config.keys()) or (isinstance(first, Mapping) and "num_ranches" in first)
    return found and not any(key in SPEC_KEYS and stage_number(key) is None for key in config)


def explain_limits(dialect: str, spec: Spec, reading: Reading) -> Iterator[Diagnostic]:
    """Why the code of a dialect cannot build a network, which was read from a config; each message names the code."""
    if dialect in BUILDERS:
        limits = BUILDERS[dialect].find_limits(spec)
    else:
        limits = (limit for find in reading.limits for limit in find(spec))
    for limit in limits:
        yield limit._replace(message=f"not in the {dialect} code: {limit.message}")


def recognise(config: Any, dialect: str | None = None) -> bool:
    """Whether a file that was found in a folder holds an HRNet, however wrong; `dialect` is its own, if known already.

    A Python file whose `model` is a call is any program; a job of a pipeline may be called stage1.
    """
    if not isinstance(config, Mapping):
        return False
    from hrnet_cli.dialects.reading import is_stage

    if any(STAGE_KEY.match(str(key)) and is_stage(value) for key, value in config.items()):
        return True
    name = identify(config) if dialect is None else dialect
    candidates = [FOREIGN[name]] if name in FOREIGN else FOREIGN.values()
    return any(each.recognise(config) for each in candidates)


def find_misspelling(config: Config) -> Diagnostic | None:
    """The misspelt word for which no dialect detects a config."""
    found = (dialect.find_misspelling(config) for dialect in FOREIGN.values())
    return next((misspelling for misspelling in found if misspelling), None)


def may_hold_hrnet(config: Any) -> bool:
    """Whether a part of a config that no dialect detects may be an HRNet: no misspelling and no name denies it."""
    from hrnet_cli.dialects.other_networks import is_other_kind

    return not isinstance(config, Mapping) or not (find_misspelling(config) or is_other_kind(config))


def explain_unknown(document: Document, is_code: bool = False) -> Diagnostic | None:
    """Why no dialect detects a config: a misspelling, another network, or no stages; None for a spec with mistakes.

    `is_code` is for a Python file, of which only a part can be read.
    """
    from hrnet_cli.dialects.other_networks import (
        explain_name_alone,
        identify_other_network,
        named_network,
        not_hrnet,
    )
    from hrnet_cli.documents.bases import base_key, why_unread

    config: Config = document.value
    misspelling = find_misspelling(config)
    if misspelling:
        return misspelling
    is_spec = _resembles_spec(config)
    name_alone = None if is_spec else explain_name_alone(config)
    if name_alone:
        return name_alone
    other = identify_other_network(config)
    if other:
        return not_hrnet((), f"this is not an HRNet: it looks like {other}")
    if is_spec:
        return None
    key = base_key(config)
    if key:
        message = f"no stages of an HRNet are in this file, and {key}: {why_unread(document)}"
        return not_hrnet((key,), message, "copy the base to that path, or name the file that has the network")
    name = named_network(config)
    where = "in what can be read of this file without running it" if is_code else "in this config"
    return not_hrnet((), f"no stages of an HRNet are found {where}{f' ({name})' if name else ''}")


def _resembles_spec(config: Config) -> bool:
    """Whether a config that no dialect detects is a spec with mistakes: by its stages, or by having no other keys."""
    keys = [key for key in config if isinstance(key, str)]
    if any(stage_number(key) is not None for key in keys):
        return _has_own_stages(config)
    near = (key for key in keys[:MAX_KEYS] if misspelt(key, STAGE_KEYS[:NUM_STAGES]))
    return any(isinstance(config[key], Mapping) for key in near) or (bool(keys) and {*keys} <= {*SPEC_KEYS, EDITOR_KEY})


MAX_KEYS = 100
"""Keys of a config that may be misspelt stages."""


def write_spec(spec: Spec, target: str) -> Written:
    """The text of a spec in another dialect, and notes on what is left out of it; `target` is a key of WRITERS.

    The text begins with the notes, and with those of the reader that the spec came through, if the target has comments.
    A head that the target cannot express is left out; a network of other than four stages is written in four where that
    is the same network. Raises InexpressibleError, with the reasons, for a backbone that the target's own code cannot
    build.
    """
    from hrnet_cli.dialects.equivalent import in_four_stages
    from hrnet_cli.dialects.writing import comments, one_line

    same = in_four_stages(spec) if WRITERS[target].name in FOREIGN else None
    try:
        written = WRITERS[target].write(same.spec if same else spec, target)
    except InexpressibleError:
        written = WRITERS[target].write(spec, target)  # whose limits are those of the network as it is
    notes = tuple(map(one_line, (*spec.notes, *((same.note,) if same else ()), *written.notes)))
    text = (comments(notes) if written.has_comments else "") + written.text
    return written._replace(text=text, notes=notes)
