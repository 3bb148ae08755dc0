"""Which arguments of PaddlePaddle's HRNets change the network, and what is said of those that are not built.

From the classes that `paddle/__init__.py` names: an argument that is in no table here is one of a fork.
"""

from __future__ import annotations

from itertools import islice

from hrnet_cli.dialects.nodes import ConfigNode
from hrnet_cli.dialects.other_networks import not_hrnet
from hrnet_cli.dialects.reading import MAX_NOTES, Reading, note
from hrnet_cli.text import quote_key

FREEZING = ("freeze_at", "freeze_norm", "norm_decay", "norm_momentum", "pretrained")
"""They change no layer, only training."""
KNOWN = {
    "PaddleSeg": ("type", "in_channels", "pretrained", "has_se", "align_corners", "padding_same", "use_psa"),
    "PaddleDetection": ("width", "has_se", "return_idx", "upsample", "downsample", *FREEZING),
    "PaddleClas": (
        *("name", "class_num", "has_se", "pretrained", "use_ssld", "return_patterns", "return_stages"),
        *("infer_output_key", "infer_add_softmax"),
    ),
}
"""By framework: the arguments of its HRNet, or in PaddleClas the keys of `Arch`."""
LITE_KNOWN = ("type", "network_type", "in_channels", "return_idx", "use_head", *FREEZING)
REFUSED = {
    "has_se": "this is an SE-HRNet: a squeeze and excitation in every block cannot be built here",
    "use_psa": "use_psa sets a polarized self-attention in every BASIC block, which cannot be built here",
}
LEFT_OUT = {
    "upsample": "upsample joins the branches behind the backbone: they are returned apart here",
    "downsample": "downsample sets the layers of the classification head behind the backbone: they are left out",
}


def read_arguments(reading: Reading, section: ConfigNode, framework: str, is_lite: bool = False) -> None:
    """Read what changes the network, refuse what cannot be built, and note what the framework's code does not have."""
    channels = section.child("in_channels")
    known = LITE_KNOWN if is_lite else KNOWN[framework]
    if channels and "in_channels" in known:
        reading.data["in_channels"] = channels.literal
        reading.origins["in_channels",] = channels.path
    for key, message in REFUSED.items():
        node = section.child(key)
        if node and node.value not in (False, None) and key in known:
            reading.diagnostics.append(not_hrnet(node.path, message))
    for key, message in LEFT_OUT.items():
        node = section.child(key)
        if node and node.value is True and key in known:
            reading.add_note("left-out", node.path, message, at_key=True)
    name = f"{framework}'s {'LiteHRNet' if is_lite else 'HRNet'}"
    lower = {each.lower() for each in known}
    for key in islice((key for key in section.keys if key.lower() not in lower), MAX_NOTES):
        reading.code_is_known = False
        message = f"{quote_key(key)} is not an argument of {name}: its code may build more"
        reading.notes.append(note("fork", (*section.path, key), message, at_key=True, at_most_note=True))
