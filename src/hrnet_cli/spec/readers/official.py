"""The authors' own configs: the YACS YAML of their repositories, its dumps, and the `extra` mapping of one alone.

A family is a network of theirs; FAMILIES says what each reads, and what it takes where the config is silent. Whatever
stands in a config and is read by nobody, or is not what is built, becomes a note: the original code never says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from hrnet_cli.spec.fields import Path, did_you_mean, show
from hrnet_cli.spec.readers.nodes import Node
from hrnet_cli.spec.readers.reading import Reading
from hrnet_cli.spec.readers.seems import other_network
from hrnet_cli.spec.schema import EXPANSION, SPEC_KEYS, has_their_words

STAGE = re.compile(r"stage[1-9][0-9]{0,5}", re.IGNORECASE)
STAGE_KEYS = ("NUM_MODULES", "NUM_BRANCHES", "BLOCK", "NUM_BLOCKS", "NUM_CHANNELS")
BUILT_STAGES = (2, 3, 4)
"""The stages that the original code builds after the first; it stops where one is not there."""
LAYER1 = {"num_modules": 1, "num_branches": 1, "block": "BOTTLENECK", "num_blocks": [4], "num_channels": [64]}
"""Stage 1 where the code does not read it, and in every published config but the small ones'."""

SECTIONS = ("CUDNN", "DATASET", "DATA_DIR", "DEBUG", "GPUS", "LOG_DIR", "LOSS", "MODEL", "OUTPUT_DIR", "TEST", "TRAIN")
MODEL_KEYS = (
    *("NAME", "INIT_WEIGHTS", "PRETRAINED", "NUM_JOINTS", "NUM_CLASSES", "TAG_PER_JOINT", "TARGET_TYPE", "IMAGE_SIZE"),
    *("HEATMAP_SIZE", "SIGMA", "EXTRA", "ALIGN_CORNERS", "NUM_OUTPUTS", "OCR", "SYNC_BN"),
)
EXTRA_KEYS = ("PRETRAINED_LAYERS", "STEM_INPLANES", "WITH_HEAD", "FINAL_CONV_KERNEL", "DECONV")
DECONV_LISTS = ("NUM_CHANNELS", "KERNEL_SIZE", "CAT_OUTPUT")
OCR_BRANCH = (
    *(("MODEL", "ALIGN_CORNERS"), ("MODEL", "NUM_OUTPUTS"), ("MODEL", "OCR"), ("LOSS", "BALANCE_WEIGHTS")),
    *(("TRAIN", "NONBACKBONE_KEYWORDS"), ("TRAIN", "NONBACKBONE_MULT"), ("TEST", "OUTPUT_INDEX")),
)
"""What only the HRNet-OCR branch's configs have; pytorch-v1.1's `seg_hrnet` has the same name and another function."""
MOST_NOTES_PER_PLACE = 8


class Source(NamedTuple):
    """Where in a config the parts are: they coincide in older ones, and where only a part of one is given."""

    root: Node
    model: Node
    extra: Node


def detect(config: Mapping[str, Any]) -> bool:
    """Whether it has the authors' stages, or the name of one of their networks."""
    return _source(config) is not None


def read(config: Mapping[str, Any]) -> Reading:
    """The network that the authors' code builds from it."""
    source = _source(config)
    assert source is not None
    return _Official(source).read()


def _source(config: Mapping[str, Any]) -> Source | None:
    """The parts of a config of this dialect; None where it is none."""
    root = Node(config, ())
    model = root.child("MODEL")
    if model is None or not isinstance(model.value, Mapping):
        return _part(root)
    extra = model.child("EXTRA") or model
    name = model.child("NAME")
    if {"type", "backbone"} & set(model.keys) or other_network(name.value if name else None):
        return None
    known = name is not None and name.value in FAMILIES and name.value != "hrnet"
    if known or _has_stages(extra):
        return Source(root, model, extra)
    return Source(root, model, model) if _has_stages(model) else None


def _part(root: Node) -> Source | None:
    """A MODEL alone, or an EXTRA alone; in lower case, one without any word of theirs is a spec in ours."""
    if {"type", *SPEC_KEYS} & {key for key in root.keys if not STAGE.fullmatch(key)}:
        return None
    extra = root.child("EXTRA")
    if extra and _has_stages(extra):
        return Source(root, root, extra)
    foreign = any(key != key.lower() for key in root.keys if STAGE.fullmatch(key)) or has_their_words(root.value)
    return Source(root, root, root) if _has_stages(root) and foreign else None


def _has_stages(node: Node) -> bool:
    return any(STAGE.fullmatch(key) for key in node.keys)


class Family(NamedTuple):
    """What one of the authors' networks reads."""

    head: Callable[[_Official], dict[str, Any]]
    sizes: tuple[tuple[str, ...], ...]
    """Where the input size (w, h) stands, the first that is there."""
    default_size: tuple[int, int]
    reads_stage1: bool = True
    to_size: bool = False
    """Whether a fuse layer upsamples bilinearly to the target's size."""
    momentum: float | None = None
    stage_defaults: Mapping[str, Mapping[str, Any]] = {}
    reads: tuple[str, ...] = ()
    """Of the keys below MODEL that only some families read, those that this one does."""


class _Official:
    """One config on its way to a spec: what it gives, where that came from, and what there is to say."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.data: dict[str, Any] = {}
        self.origins: dict[Path, Path] = {}
        self.notes: list[str] = []
        self.name, self.family = self._family()

    def read(self) -> Reading:
        """Everything, in the order in which a reader of the notes would look for it."""
        self._stage1()
        self._stages()
        self._size()
        self._upsampling()
        if self.family.momentum is not None:
            self.data["batch_norm"] = {"momentum": self.family.momentum}
        self.data["head"] = self.family.head(self)
        self.data["name"] = self._title()
        self._unread()
        return Reading(self.data, self.origins, tuple(self.notes))

    def note(self, text: str) -> None:
        """Something that the user may not expect."""
        self.notes.append(text)

    # Which network it is

    def _family(self) -> tuple[str, Family]:
        node = self.source.model.child("NAME")
        name = node.value if node else None
        if name == "seg_hrnet":
            return name, self._segmentation()
        if isinstance(name, str) and name in FAMILIES and (name != "hrnet" or self._is_face()):
            return name, FAMILIES[name]
        if node is None:
            return self._guess()
        kept = "" if name == "hrnet" else " is none of the authors' networks"
        self.note(f"{node.dotted}: {show(name)}{kept}: the backbone is built, and its head is left out")
        return show(name).strip("'\""), BACKBONE

    def _is_face(self) -> bool:
        """`hrnet` is the landmark network's name, and many a fork's for something else."""
        return self.source.model.child("NUM_JOINTS") is not None

    def _segmentation(self) -> Family:
        """The branch of the segmentation repository; the two share the network's name and its keys."""
        if any(self._find(path) for path in OCR_BRANCH):
            return FAMILIES["seg_hrnet"]
        self.note(
            "read as the pytorch-v1.1 branch's seg_hrnet (corners not aligned, batch-norm momentum 0.01): nothing here "
            "is of the HRNet-OCR branch, which would align them (momentum 0.1); MODEL.ALIGN_CORNERS says which"
        )
        return SEGMENTATION_V11

    def _find(self, path: tuple[str, ...]) -> Node | None:
        """What stands at a path from the top; MODEL and EXTRA are wherever this config has them."""
        parts = {"MODEL": self.source.model, "EXTRA": self.source.extra}
        return parts[path[0]].get(*path[1:]) if path[0] in parts else self.source.root.get(*path)

    def _guess(self) -> tuple[str, Family]:
        """Without a name: what its keys belong to."""
        guesses = (
            ("pose_higher_hrnet", self.source.extra.child("DECONV")),
            ("pose_hrnet", self.source.model.child("NUM_JOINTS")),
            ("seg_hrnet", self._find(("DATASET", "NUM_CLASSES"))),
            ("cls_hrnet", self.source.model.child("NUM_CLASSES")),
        )
        for name, sign in guesses:
            if sign:
                self.note(f"{self._name_path()} is not given: read as {name}, since {sign.dotted} is")
                return name, self._segmentation() if name == "seg_hrnet" else FAMILIES[name]
        self.note(
            "this does not say which network it is for: the backbone is built, nearest upsampling, without a head"
        )
        return "hrnet", BACKBONE

    def _name_path(self) -> str:
        return self.source.model.missing("NAME").dotted

    def _title(self) -> str:
        """What the reports call it: pose_hrnet-w32."""
        width = self.data.get("stage2", {})
        widths = width.get("num_channels") if isinstance(width, Mapping) else None
        first = widths[0] if isinstance(widths, list) and widths else None
        return f"{self.name}-w{first}"[:200] if isinstance(first, int) and first < 10**6 else self.name

    # Stages

    def _stage1(self) -> None:
        node = self.source.extra.child("STAGE1")
        where = node or self.source.extra.missing("STAGE1")
        self.origins["stage1",] = where.path
        self.data["stage1"] = dict(LAYER1)
        if node is None:
            if self.family.reads_stage1:
                self.note(
                    f"{where.dotted} is not given: 4 BOTTLENECK blocks of 64, as the authors' other networks have"
                )
        elif self.family.reads_stage1:
            self._read_stage1(node)
        elif any(self._differs(node, name) for name in ("BLOCK", "NUM_BLOCKS", "NUM_CHANNELS")):
            self.note(f"{node.dotted} is not read by {self.name}: its layer1 is always 4 BOTTLENECK blocks of 64")

    def _differs(self, stage: Node, name: str) -> bool:
        child = stage.child(name)
        return child is not None and child.literal != LAYER1[name.lower()]

    def _read_stage1(self, node: Node) -> None:
        """A chain of blocks: the first entry of each list, whatever it says of modules and branches."""
        if not isinstance(node.value, Mapping):
            self.data["stage1"] = node.value
            return
        stage = self._stage(node, "stage1", ("BLOCK", "NUM_BLOCKS", "NUM_CHANNELS"), {})
        for name in ("num_blocks", "num_channels"):
            items = stage.get(name)
            if isinstance(items, list) and len(items) > 1:
                self.note(f"{node.dotted}.{self._key(node, name)}: {show(items)}: only the first is read")
                stage[name] = items[:1]
        for name in ("NUM_MODULES", "NUM_BRANCHES", "NUM_RANCHES"):
            child = node.child(name)
            if child and child.literal != 1:
                self.note(f"{child.dotted}: {show(child.value)} is never read: stage 1 is one chain of blocks")
        self.data["stage1"] = {**stage, "num_modules": 1, "num_branches": 1}

    def _key(self, node: Node, name: str) -> str:
        child = node.child(name)
        return child.path[-1] if child and isinstance(child.path[-1], str) else name

    def _stages(self) -> None:
        extra = self.source.extra
        given = {int(key[5:]) for key in extra.keys if STAGE.fullmatch(key)}
        for number in BUILT_STAGES:
            self._later_stage(number, given)
        for number in sorted(number for number in given if number > BUILT_STAGES[-1])[:MOST_NOTES_PER_PLACE]:
            node = extra.child(f"STAGE{number}")
            assert node is not None
            self.note(f"{node.dotted} is left out: the authors' code builds no stage after the fourth")

    def _later_stage(self, number: int, given: set[int]) -> None:
        key = f"stage{number}"
        node = self.source.extra.child(key)
        defaults = self.family.stage_defaults.get(key, {})
        where = node or self.source.extra.missing(key)
        self.origins[key,] = where.path
        if node is not None and not isinstance(node.value, Mapping):
            self.data[key] = node.value
        elif node is not None or defaults:
            self.data[key] = self._stage(where, key, STAGE_KEYS, defaults)
        elif number == BUILT_STAGES[0]:
            self.data[key] = None  # which the spec refuses, at its place
        elif not given & set(range(number, BUILT_STAGES[-1] + 1)):
            self.note(f"{where.dotted} is not given and not built; the authors' code would stop there")

    def _stage(self, node: Node, key: str, names: tuple[str, ...], defaults: Mapping[str, Any]) -> dict[str, Any]:
        """The entries of a stage as they stand; the spec checks them, at their places."""
        stage: dict[str, Any] = {}
        for name in names:
            child = node.child(name)
            self.origins[key, name.lower()] = (child or node.missing(name)).path
            if child:
                stage[name.lower()] = child.literal
            elif name.lower() in defaults:
                stage[name.lower()] = defaults[name.lower()]
                self.note(
                    f"{node.missing(name).dotted} is not given: {show(defaults[name.lower()])}, the code's default"
                )
        self._block(node, stage)
        self._fuse_method(node)
        self._strange(node, (*STAGE_KEYS, "FUSE_METHOD", *(["NUM_RANCHES"] if key == "stage1" else [])), stage)
        return stage

    def _block(self, node: Node, stage: dict[str, Any]) -> None:
        block = stage.get("block")
        if isinstance(block, str) and block not in EXPANSION and block.upper() in EXPANSION:
            stage["block"] = block.upper()
            self.note(
                f"{node.dotted}.BLOCK: {show(block)} is read as {block.upper()}; the authors' code knows capitals only"
            )

    def _fuse_method(self, node: Node) -> None:
        child = node.child("FUSE_METHOD")
        if child and child.value != "SUM":
            self.note(f"{child.dotted}: {show(child.value)} is never read: every fuse layer sums")

    # Input and upsampling

    def _size(self) -> None:
        """The input, which configs give as width and height; a single number is both."""
        found = next((node for node in map(self._find, self.family.sizes) if node), None)
        if found is None:
            width, height = self.family.default_size
            self.note(f"{self._missing(self.family.sizes[0]).dotted} is not given: an input of {height}×{width}")
            self.data["input"] = [height, width]
            return
        size = found.literal
        self.origins["input",] = found.path
        numbers = size if isinstance(size, list) else [size, size]
        plain = len(numbers) == 2 and all(type(number) is int for number in numbers)
        self.data["input"] = numbers[::-1] if plain else show(size)  # which the spec refuses, at its place

    def _missing(self, path: tuple[str, ...]) -> Node:
        """Where a path would stand, spelt as its neighbours are."""
        parts = {"MODEL": self.source.model, "EXTRA": self.source.extra}
        section = parts.get(path[0]) or self.source.root.child(path[0])
        return section.missing(*path[1:]) if section else self.source.root.missing(*path)

    def _upsampling(self) -> None:
        if not self.family.to_size:
            return
        corners = False if self.name == "hrnet" else self._align_corners()
        aligned = {} if corners is None else {"align_corners": corners}
        self.data["upsampling"] = {"mode": "bilinear", "to": "size", **aligned}

    def _align_corners(self) -> Any:
        """The OCR branch's, true where it is silent; pytorch-v1.1 leaves it to torch, as a null does."""
        if self.family is SEGMENTATION_V11:
            return None
        node = self.source.model.child("ALIGN_CORNERS")
        self.origins["upsampling", "align_corners"] = (node or self.source.model.missing("ALIGN_CORNERS")).path
        if node is None:
            self.note(f"{self.source.model.missing('ALIGN_CORNERS').dotted} is not given: true, the code's default")
        return node.literal if node else True

    # Heads

    def take(self, path: tuple[str, ...], field: str, default: Any) -> Any:
        """A value for a field of the head, or the code's own default with a note."""
        node = self._find(path)
        self.origins["head", field] = (node or self._missing(path)).path
        if node:
            return node.literal
        self.note(f"{self._missing(path).dotted} is not given{self._near(path)}: {show(default)}")
        return default

    def _near(self, path: tuple[str, ...]) -> str:
        """The key that was probably meant for one that is not there."""
        section = self._find(path[:-1]) if path[0] not in ("EXTRA", "MODEL") else None
        hint = did_you_mean(path[-1], section.keys) if section and section.keys else ""
        return f" ({hint.replace('did you mean', 'is it')})" if hint.startswith("did") else ""

    def kernel(self) -> Any:
        """FINAL_CONV_KERNEL."""
        return self.take(("EXTRA", "FINAL_CONV_KERNEL"), "final_conv_kernel", 1)

    def joints(self) -> Any:
        """NUM_JOINTS, 17 in every one of their defaults."""
        return self.take(("MODEL", "NUM_JOINTS"), "num_joints", 17)

    # What nobody reads

    def _unread(self) -> None:
        """Notes for keys that the original code ignores, or that only another of the networks reads."""
        source = self.source
        stages = tuple(key for key in source.extra.keys if STAGE.fullmatch(key))
        known = (*MODEL_KEYS, *EXTRA_KEYS, *stages) if source.extra.path == source.model.path else MODEL_KEYS
        if source.model.path == ():
            known = (*known, *SECTIONS)
        self._strange(source.model, known)
        if source.extra.path != source.model.path:
            self._strange(source.extra, (*EXTRA_KEYS, *stages))
        for path in (("MODEL", "ALIGN_CORNERS"), ("MODEL", "OCR"), ("EXTRA", "DECONV"), ("EXTRA", "FINAL_CONV_KERNEL")):
            node = self._find(path)
            if node and node.value is not None and path[1] not in self.family.reads:
                headless = self.family is BACKBONE
                self.note(f"{node.dotted} is " + ("left out with the head" if headless else f"not read by {self.name}"))
        for name, usual in (("STEM_INPLANES", 64), ("WITH_HEAD", True)):
            node = source.extra.child(name)
            if node and node.literal != usual:
                self.note(f"{node.dotted}: {show(node.value)} is never read")

    def _strange(self, node: Node, known: tuple[str, ...], stage: dict[str, Any] | None = None) -> None:
        """A note per key that is not known; in a stage that lacks what was meant, the spec's own error instead."""
        lower = {name.lower() for name in known}
        seen: set[str] = set()
        strange = [key for key in node.keys if key.lower() not in lower]
        for key in strange[:MOST_NOTES_PER_PLACE]:
            hint = did_you_mean(key, known)
            meant = hint.removeprefix("did you mean ").removesuffix("?")
            if stage is not None and hint != meant and meant.lower() not in stage:
                stage[key] = node.value[key]
            else:
                self.note(f"{Node(None, (*node.path, key)).dotted} is not read{_aside(hint)}")
        for key in node.keys:
            if key.lower() in seen:
                self.note(
                    f"{Node(None, (*node.path, key)).dotted} stands there twice, in other letters, and is not read"
                )
            seen.add(key.lower())


def _aside(hint: str) -> str:
    return f" ({hint})" if hint.startswith("did") else ""


def _no_head(_: _Official) -> dict[str, Any]:
    return {"type": "none"}


def _heatmap(config: _Official) -> dict[str, Any]:
    return {"type": "heatmap", "num_joints": config.joints(), "final_conv_kernel": config.kernel()}


def _landmark(config: _Official) -> dict[str, Any]:
    return {"type": "landmark", "num_joints": config.joints(), "final_conv_kernel": config.kernel()}


def _classification(config: _Official) -> dict[str, Any]:
    """1000 classes: the number is in the code."""
    node = config.source.model.child("NUM_CLASSES")
    if node and node.literal != 1000:
        config.note(f"{node.dotted}: {show(node.value)} is never read: the network has 1000 classes")
    return {"type": "classification", "num_classes": 1000}


def _segmentation(config: _Official) -> dict[str, Any]:
    classes = config.take(("DATASET", "NUM_CLASSES"), "num_classes", 19)
    node = config.source.model.child("NUM_CLASSES")
    if node:
        config.note(f"{node.dotted} is not read by {config.name}: DATASET.NUM_CLASSES is")
    return {"type": "segmentation", "num_classes": classes, "final_conv_kernel": config.kernel()}


def _ocr(config: _Official) -> dict[str, Any]:
    """The widths are read, 512 and 256 where it is silent; dropout and scale are in the code."""
    head = {**_segmentation(config), "type": "ocr"}
    node = config.source.model.child("OCR")
    for name in ("MID_CHANNELS", "KEY_CHANNELS"):
        child = node.child(name) if node else None
        if child:
            config.origins["head", name.lower()] = child.path
            head[name.lower()] = child.literal
    for name, fixed in (("DROPOUT", 0.05), ("SCALE", 1)):
        child = node.child(name) if node else None
        if child and child.literal != fixed:
            config.note(f"{child.dotted}: {show(child.value)} is never read: it is {fixed}")
    return head


def _higher(config: _Official) -> dict[str, Any]:
    """Lists with an entry per deconvolution; the code reads the first NUM_DECONVS of each."""
    head: dict[str, Any] = {"type": "higher", "num_joints": _joints_and_center(config)}
    head["tag_per_joint"] = config.take(("MODEL", "TAG_PER_JOINT"), "tag_per_joint", True)
    extra = config.source.extra
    for name in (*DECONV_LISTS, "NUM_BASIC_BLOCKS"):
        node = extra.get("DECONV", name)
        config.origins["head", name.lower()] = (node or extra.missing("DECONV", name)).path
        head[name.lower()] = node.literal if node else None  # which the spec refuses, at its place
    head["with_ae_loss"] = config.take(("LOSS", "WITH_AE_LOSS"), "with_ae_loss", [True])
    if isinstance(head["with_ae_loss"], bool):
        head["with_ae_loss"] = [head["with_ae_loss"]]
    _count_deconvs(config, head)
    return {**head, "final_conv_kernel": config.kernel()}


def _joints_and_center(config: _Official) -> Any:
    """DATASET.WITH_CENTER adds a joint, to the number that DATASET gives."""
    joints = config.joints()
    center = config.source.root.get("DATASET", "WITH_CENTER")
    if not center or center.literal is not True:
        return joints
    node = config.source.root.get("DATASET", "NUM_JOINTS")
    joints = node.literal if node else 17
    config.note(f"{center.dotted} adds a joint to DATASET.NUM_JOINTS: {show(joints)}")
    return joints + 1 if type(joints) is int else joints


def _count_deconvs(config: _Official, head: dict[str, Any]) -> None:
    """Longer lists are cut; shorter ones are filled with what the spec refuses."""
    node = config.source.extra.get("DECONV", "NUM_DECONVS")
    count = node.literal if node else None
    if type(count) is not int or not 0 <= count <= 8:
        where = node or config.source.extra.missing("DECONV", "NUM_DECONVS")
        config.note(f"{where.dotted} is no number from 0 to 8: as many deconvolutions as the lists are long")
        return
    for name in (*DECONV_LISTS, "WITH_AE_LOSS"):
        items, wanted = head[name.lower()], count + (name == "WITH_AE_LOSS")
        if isinstance(items, list) and len(items) > wanted:
            config.note(f"{name} has {len(items)} entries: for {count} deconvolutions the first {wanted} are read")
        if isinstance(items, list):
            head[name.lower()] = (items + [None] * wanted)[:wanted]


def _stage(modules: int, widths: Iterable[int]) -> dict[str, Any]:
    channels = list(widths)
    return {
        "num_modules": modules,
        "num_branches": len(channels),
        "block": "BASIC",
        "num_blocks": [4] * len(channels),
        "num_channels": channels,
    }


MODEL_SIZE = (("MODEL", "IMAGE_SIZE"),)
SEG_SIZE = (("TEST", "IMAGE_SIZE"), ("TRAIN", "IMAGE_SIZE"))
HIGHER_SIZE = (("DATASET", "INPUT_SIZE"),)
KERNEL = "FINAL_CONV_KERNEL"

BACKBONE = Family(_no_head, (*MODEL_SIZE, *SEG_SIZE, *HIGHER_SIZE), (192, 256))
SEGMENTATION_V11 = Family(_segmentation, SEG_SIZE, (2048, 1024), to_size=True, momentum=0.01, reads=(KERNEL,))
FACE_STAGES = {
    "stage2": _stage(1, (18, 36)),
    "stage3": _stage(1, (18, 36, 72)),
    "stage4": _stage(1, (18, 32, 72, 144)),
}
"""The landmark network's own defaults; 32 is theirs."""
FAMILIES: dict[str, Family] = {
    "pose_hrnet": Family(_heatmap, MODEL_SIZE, (256, 256), reads_stage1=False, reads=(KERNEL,)),
    "pose_higher_hrnet": Family(_higher, HIGHER_SIZE, (512, 512), reads_stage1=False, reads=(KERNEL, "DECONV")),
    "cls_hrnet": Family(_classification, MODEL_SIZE, (256, 256)),
    "seg_hrnet": Family(_segmentation, SEG_SIZE, (2048, 1024), to_size=True, reads=(KERNEL, "ALIGN_CORNERS")),
    "seg_hrnet_ocr": Family(_ocr, SEG_SIZE, (2048, 1024), to_size=True, reads=(KERNEL, "ALIGN_CORNERS", "OCR")),
    "hrnet": Family(
        _landmark,
        MODEL_SIZE,
        (256, 256),
        reads_stage1=False,
        to_size=True,
        momentum=0.01,
        stage_defaults=FACE_STAGES,
        reads=(KERNEL,),
    ),
}
"""From MODEL.NAME to the network."""
