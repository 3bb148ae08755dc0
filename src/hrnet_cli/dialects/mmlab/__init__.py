"""mmlab configs: mmpose, mmdetection and mmsegmentation."""

from hrnet_cli.dialects.mmlab.place import detect, find_misspelling, recognise

__all__ = ["detect", "find_misspelling", "recognise"]
