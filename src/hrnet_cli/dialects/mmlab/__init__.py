"""mmlab configs: mmpose, mmdetection and mmsegmentation."""
