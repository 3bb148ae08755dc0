"""The heads. Each is a network that has one: the head's state-dict keys are next to the backbone's, as in the original.

Only the module of the head that is built is imported.
"""

HEADS: dict[str, str] = {
    "none": "hrnet_cli.model.network:HighResolutionNet",
    "heatmap": "hrnet_cli.model.heads.heatmap:PoseHighResolutionNet",
    "higher": "hrnet_cli.model.heads.higher:HigherHighResolutionNet",
    "segmentation": "hrnet_cli.model.heads.segmentation:SegmentationHighResolutionNet",
    "landmark": "hrnet_cli.model.heads.segmentation:LandmarkHighResolutionNet",
    "ocr": "hrnet_cli.model.heads.ocr:OcrHighResolutionNet",
    "classification": "hrnet_cli.model.heads.classification:ClassificationHighResolutionNet",
    "features": "hrnet_cli.model.heads.classification:FeaturesHighResolutionNet",
    "hrfpn": "hrnet_cli.model.heads.hrfpn:DetectionHighResolutionNet",
}
"""From a head's `type` in the spec to the module and class of its network; `schema.HEAD_SPECS` has its fields."""
