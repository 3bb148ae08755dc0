"""Object-contextual representations on HRNetV2 (Yuan et al., ECCV 2020, section 3)."""

from __future__ import annotations

from hrnet_cli import nn
from hrnet_cli.model.heads.joined import Join, joined_width, two_convs
from hrnet_cli.model.network import HighResolutionNet
from hrnet_cli.model.place import Place, set_place
from hrnet_cli.schema import OcrHead, Spec

DROPOUT = 0.05
"""Fixed in the original, whatever its config says."""


def _bn_relu(width: int) -> nn.Sequential:
    return nn.Sequential(nn.BatchNorm2d(width), nn.ReLU())


def _conv(in_channels: int, out_channels: int, times: int = 1) -> nn.Sequential:
    """1×1 convolution without bias, batch norm, ReLU, `times` over."""
    layers: list[nn.Module] = []
    for index in range(times):
        layers += [
            nn.Conv2d(out_channels if index else in_channels, out_channels, 1, bias=False),
            _bn_relu(out_channels),
        ]
    return nn.Sequential(*layers)


class SpatialGather(nn.Module):
    """Each class's region as one vector: features weighted by where the class is likely."""

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
        gathered: nn.Tensor = self.unsqueeze(self.transpose(regions))
        return gathered


class ObjectAttention(nn.Module):
    """Each pixel's context: the regions' values, weighted by how alike pixel and region are."""

    def __init__(self, channels: int, key_channels: int) -> None:
        self.f_pixel = _conv(channels, key_channels, times=2)
        self.f_object = _conv(channels, key_channels, times=2)
        self.f_down = _conv(channels, key_channels)
        self.f_up = _conv(key_channels, channels)
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
        likeness = self.softmax(self.scale(self.matmul(query, key)))
        context = self.transpose(self.matmul(likeness, value))
        output: nn.Tensor = self.f_up(self.unflatten(context, features))
        return output


class SpatialOCR(nn.Module):
    """The features with their context beside them, at their own width again."""

    def __init__(self, channels: int, key_channels: int) -> None:
        self.object_context_block = ObjectAttention(channels, key_channels)
        self.concat = nn.Concat()
        self.conv_bn_dropout = nn.Sequential(
            nn.Conv2d(2 * channels, channels, 1, bias=False), _bn_relu(channels), nn.Dropout2d(DROPOUT)
        )

    def forward(self, features: nn.Tensor, regions: nn.Tensor) -> nn.Tensor:
        """N×C×H×W and N×C×K×1 to N×C×H×W."""
        context = self.object_context_block(features, regions)
        output: nn.Tensor = self.conv_bn_dropout(self.concat(context, features))
        return output


class OcrHighResolutionNet(HighResolutionNet):
    """N×in_channels×H×W to [auxiliary, refined], each N×num_classes×(H/4)×(W/4)."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        head = spec.head
        assert isinstance(head, OcrHead)
        width, mid = joined_width(spec), head.mid_channels
        self.join = Join(spec)
        self.conv3x3_ocr = nn.Sequential(
            nn.Conv2d(width, mid, 3, padding=1, bias=head.conv_bias), nn.BatchNorm2d(mid), nn.ReLU(inplace=True)
        )
        self.ocr_gather_head = SpatialGather()
        self.ocr_distri_head = SpatialOCR(mid, head.key_channels)
        self.cls_head = nn.Conv2d(mid, head.num_classes, 1)
        self.aux_head = two_convs(width, head.num_classes, head.final_conv_kernel, bias=head.conv_bias)
        for part in (self.conv3x3_ocr, self.ocr_gather_head, self.ocr_distri_head, self.cls_head, self.aux_head):
            set_place(part, Place("head"))

    def forward(self, x: nn.Tensor) -> list[nn.Tensor]:
        """The auxiliary classes gather the regions; the regions refine the features; the features give the classes."""
        features = self.join(self.features(x))
        auxiliary = self.aux_head(features)
        features = self.conv3x3_ocr(features)
        refined = self.ocr_distri_head(features, self.ocr_gather_head(features, auxiliary))
        return [auxiliary, self.cls_head(refined)]
