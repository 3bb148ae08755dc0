"""Object-contextual representations (OCR) on HRNetV2 (Yuan et al., ECCV 2020, section 3).

K is the number of classes; a region is the pixels of a class, weighted by how likely the class is there.
"""

from __future__ import annotations

from hrnet_cli import nn
from hrnet_cli.hrnet import OCR_DROPOUT
from hrnet_cli.model.blocks import conv_bn_relu
from hrnet_cli.model.heads import Join, joined_width, two_convs
from hrnet_cli.model.network import HighResolutionNet
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.schema import OcrHead, Spec


def bn_relu(width: int) -> nn.Sequential:
    """Batch norm and ReLU, under keys of their own."""
    return nn.Sequential(nn.BatchNorm2d(width), nn.ReLU())


def projection(in_channels: int, out_channels: int, num_convs: int = 1) -> nn.Sequential:
    """`num_convs` times 1×1 convolution without bias, batch norm and ReLU."""
    layers: list[nn.Module] = []
    for index in range(num_convs):
        layers.append(nn.Conv2d(in_channels if index == 0 else out_channels, out_channels, 1, bias=False))
        layers.append(bn_relu(out_channels))
    return nn.Sequential(*layers)


class SpatialGather(nn.Module):
    """Each region as one vector: the mean of the features, weighted by the likelihood of the class."""

    def __init__(self) -> None:
        self.flatten = nn.Flatten(2)
        self.softmax = nn.Softmax(2)
        self.transpose = nn.Transpose()
        self.matmul = nn.MatMul()
        self.unsqueeze = nn.Unsqueeze()

    def forward(self, features: nn.Tensor, classes: nn.Tensor) -> nn.Tensor:
        """N×C×H×W and N×K×H×W to N×C×K×1."""
        weights = self.softmax(self.flatten(classes))
        regions = self.matmul(weights, self.transpose(self.flatten(features)))
        return self.unsqueeze(self.transpose(regions))


class ObjectAttention(nn.Module):
    """Each pixel's context: the sum of the regions, weighted by their similarity to the pixel."""

    def __init__(self, channels: int, key_channels: int) -> None:
        self.f_pixel = projection(channels, key_channels, num_convs=2)
        self.f_object = projection(channels, key_channels, num_convs=2)
        self.f_down = projection(channels, key_channels)
        self.f_up = projection(key_channels, channels)
        self.flatten = nn.Flatten(2)
        self.transpose = nn.Transpose()
        self.matmul = nn.MatMul()
        self.scale = nn.Scale(key_channels**-0.5)
        self.softmax = nn.Softmax(-1)
        self.unflatten = nn.Unflatten2d()

    def forward(self, features: nn.Tensor, regions: nn.Tensor) -> nn.Tensor:
        """N×C×H×W and N×C×K×1 to N×C×H×W."""
        query = self.transpose(self.flatten(self.f_pixel(features)))
        key = self.flatten(self.f_object(regions))
        value = self.transpose(self.flatten(self.f_down(regions)))
        similarity = self.softmax(self.scale(self.matmul(query, key)))
        context = self.transpose(self.matmul(similarity, value))
        return self.f_up(self.unflatten(context, features))


class SpatialOCR(nn.Module):
    """The features and their context, concatenated and reduced to the features' width."""

    def __init__(self, channels: int, key_channels: int) -> None:
        self.object_context_block = ObjectAttention(channels, key_channels)
        self.concat = nn.Concat()
        conv = nn.Conv2d(2 * channels, channels, 1, bias=False)
        self.conv_bn_dropout = nn.Sequential(conv, bn_relu(channels), nn.Dropout2d(OCR_DROPOUT))

    def forward(self, features: nn.Tensor, regions: nn.Tensor) -> nn.Tensor:
        """N×C×H×W and N×C×K×1 to N×C×H×W."""
        context = self.object_context_block(features, regions)
        return self.conv_bn_dropout(self.concat(context, features))


class OcrHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to [auxiliary, refined], each N×num_classes×H_0×W_0."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, OcrHead)
        width, mid = joined_width(spec), head.mid_channels
        self.join = Join(spec)
        self.conv3x3_ocr = conv_bn_relu(width, mid, 3, bias=head.conv_bias)
        self.ocr_gather_head = SpatialGather()
        self.ocr_distri_head = SpatialOCR(mid, head.key_channels)
        self.cls_head = nn.Conv2d(mid, head.num_classes, 1)
        self.aux_head = two_convs(width, head.num_classes, head.final_conv_kernel, bias=head.conv_bias)
        parts = (self.conv3x3_ocr, self.ocr_gather_head, self.ocr_distri_head, self.cls_head, self.aux_head)
        set_place(Place("head"), *parts)

    def forward(self, x: nn.Tensor) -> list[nn.Tensor]:
        """The auxiliary classes weight the regions, and the regions refine the features that give the classes."""
        features = self.join(self.features(x))
        auxiliary = self.aux_head(features)
        features = self.conv3x3_ocr(features)
        refined = self.ocr_distri_head(features, self.ocr_gather_head(features, auxiliary))
        return [auxiliary, self.cls_head(refined)]
