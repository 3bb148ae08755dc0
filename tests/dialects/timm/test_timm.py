from __future__ import annotations

import json
import re
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from strategies import garbage, places
from support import Golden, caught, fingerprint_weights

from hrnet_cli import Trace, build, build_torch, load_spec, trace
from hrnet_cli.analysis.costs import costs
from hrnet_cli.dialects.table import FOREIGN, write_spec
from hrnet_cli.dialects.timm import STAGES, VARIANTS
from hrnet_cli.errors import HrnetError, SpecError, UnreadableError
from hrnet_cli.schema import ClassificationHead, FeaturesHead, NoHead, Spec
from hrnet_cli.sources.loading import parse_spec

NAMES = {
    "hrnet_w18": "timm:hrnet_w18",
    "hrnet_w18_small": "timm:hrnet_w18_small",
    "hrnet_w18_small__features_incre": "timm:hrnet_w18_small,features_only",
    "hrnet_w18_small__features_plain": "timm:hrnet_w18_small,features_only,feature_location=",
    "hrnet_w18_ssld": "timm:hrnet_w18_ssld",
}
THEIR_OWN_NAMES = ("ReLU", "AdaptiveAvgPool2d", "Flatten", "Dropout")
"""Leaves without parameters, which timm calls otherwise (act1 for relu): no entry of the state dict tells."""


@pytest.fixture(scope="module", params=[Golden(f"timm/{name}") for name in NAMES], ids=repr)
def golden(request: pytest.FixtureRequest) -> Golden:
    value: Golden = request.param
    return value


@pytest.fixture(scope="module")
def spec(golden: Golden) -> Spec:
    return load_spec(NAMES[golden.path.removeprefix("timm/")])


@pytest.fixture(scope="module")
def traced(spec: Spec) -> Trace:
    return trace(spec)


def test_keys_shapes_and_params(golden: Golden, traced: Trace) -> None:
    assert {key: tensor.shape for key, tensor in traced.root.module.state_dict().items()} == dict(golden.keys)
    params = {child.name: sum(node.own_params for node in child.walk()) for child in traced.root.children}
    assert {name: count for name, count in params.items() if count} == golden.facts["params"]["per_child"]


def test_every_leaf_call_in_order(golden: Golden, traced: Trace) -> None:
    seen = [call for call in traced.leaf_calls if call.node.type not in ("Add", *THEIR_OWN_NAMES)]
    layers = [layer for layer in golden.layers if layer["type"] not in THEIR_OWN_NAMES]
    assert [(call.node.path, call.node.type, *call.inputs, *call.outputs, call.node.own_params) for call in seen] == [
        (layer["name"], layer["type"], tuple(layer["inp"]), tuple(layer["out"]), layer["params"]) for layer in layers
    ]
    for kind in THEIR_OWN_NAMES:
        assert sum(call.node.type == kind for call in traced.leaf_calls) == sum(
            layer["type"] == kind for layer in golden.layers
        )


def test_macs_fvcore_and_outputs(golden: Golden, traced: Trace) -> None:
    counted = costs(traced)
    assert sum(cost.macs for cost in counted) == golden.facts["macs"]["total"]
    assert sum(cost.fvcore for cost in counted) == golden.facts["counters"]["fvcore_total"]
    assert [list(shape) for shape in traced.calls[0].outputs] == [shape for _, shape in golden.facts["outputs"]]


@pytest.mark.torch
def test_the_fingerprint(golden: Golden, spec: Spec) -> None:
    torch, np = pytest.importorskip("torch"), pytest.importorskip("numpy")
    facts = golden.facts["fingerprint"]
    weights = fingerprint_weights(dict(golden.keys), bn_gain=0.5)
    net = build_torch(spec).eval()
    net.load_state_dict({key: torch.from_numpy(np.asarray(value)) for key, value in weights.items()})
    image = np.random.default_rng(0).standard_normal(facts["input_shape"]).astype(np.float32)
    with torch.no_grad():
        outputs = net.double()(torch.from_numpy(image).double())
    expected = facts["results"]["bn_gain_0.5_float64"]["outputs"].values()
    for output, facts_of_it in zip(outputs if isinstance(outputs, list) else [outputs], expected, strict=True):
        assert list(output.shape) == facts_of_it["shape"]
        within = facts_of_it["absmax"] * 1e-9
        assert output.mean().item() == pytest.approx(facts_of_it["mean"], abs=within)
        assert output.abs().max().item() == pytest.approx(facts_of_it["absmax"], abs=within)
        assert output.flatten()[:8].tolist() == pytest.approx(facts_of_it["first8"], abs=within)


PRINTED = {
    "hrnet_w18_small": ("13.19", "1.61"),
    "hrnet_w18_small_v2": ("15.60", "2.62"),
    "hrnet_w18": ("21.30", "4.32"),
    "hrnet_w30": ("37.71", "8.15"),
    "hrnet_w32": ("41.23", "8.97"),
    "hrnet_w40": ("57.56", "12.75"),
    "hrnet_w44": ("67.06", "14.94"),
    "hrnet_w48": ("77.47", "17.34"),
    "hrnet_w64": ("128.06", "28.97"),
    "hrnet_w18_ssld": ("21.30", "4.32"),
    "hrnet_w48_ssld": ("77.47", "17.34"),
}
"""M of parameters and fvcore's G, as timm's results print them."""


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_gives_the_printed_figures(name: str) -> None:
    counted = costs(trace(f"timm:{name}"))
    params, flops = sum(cost.params for cost in counted), sum(cost.fvcore for cost in counted)
    assert (f"{params / 1e6:.2f}", f"{flops / 1e9:.2f}") == PRINTED[name]


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_is_a_preset(name: str) -> None:
    preset = load_spec(f"timm-{name.removeprefix('hrnet_').replace('_', '-')}")
    assert replace(preset, published=None) == load_spec(f"timm:{name}")


def test_a_weight_tag_changes_nothing() -> None:
    assert load_spec("timm:hrnet_w18.ms_in1k") == load_spec("timm:hrnet_w18")


def test_arguments() -> None:
    spec = load_spec("timm:hrnet_w18_ssld,num_classes=10,in_chans=1,head_conv_bias=True")
    assert spec.head == ClassificationHead(10, head_conv_bias=True, global_pool="adaptive", dropout=True)
    assert (spec.in_channels, spec.input_shape) == (1, (1, 1, 224, 224))
    assert load_spec("timm:hrnet_w18?features_only&feature_location=").head == FeaturesHead("branches")
    assert (spec.dialect, spec.name) == ("timm", "hrnet_w18_ssld")
    for word in ("yes", "ON", "1", "true"):
        assert load_spec(f"timm:hrnet_w18,features_only={word}") == load_spec("timm:hrnet_w18,features_only")
    for word in ("no", "Off", "0", "false"):
        assert load_spec(f"timm:hrnet_w18,features_only={word}") == load_spec("timm:hrnet_w18")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("timm:hrnet_w31", "did you mean hrnet_w"),
        ("timm:resnet50", "timm has no HRNet 'resnet50'"),
        ("timm:", "timm has no HRNet ''"),
        ("timm:hrnet_w18,num_clases=3", "did you mean num_classes?"),
        ("timm:hrnet_w18,", "'' is no argument"),
        ("timm:hrnet_w18,features_only=yess", "features_only: 'yess' is neither true nor false"),
        ("timm:hrnet_w18,num_classes=3,num_classes=4", "num_classes is given twice"),
        ("timm:hrnet_w18,features_only,features_only=no", "features_only is given twice"),
    ],
)
def test_what_timm_does_not_have(source: str, says: str) -> None:
    assert says in str(caught(UnreadableError, load_spec, source))


def test_a_file_of_that_name_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "timm:hrnet_w18").write_text(json.dumps(small))
    assert load_spec("timm:hrnet_w18").name == "small"


def created(spec: Spec) -> str:
    """The name in the line that says how timm builds what is written."""
    line = write_spec(spec, "timm").text.splitlines()[0]
    (name,) = re.findall(r"timm\.create_model\('(\w+)', \*\*yaml", line)
    return str(name)


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("arguments", ["", ",num_classes=10", ",in_chans=1", ",features_only"])
def test_a_variant_is_written_by_its_name(name: str, arguments: str) -> None:
    """No argument changes a stage. The maps of an ssld network are those of the network without it."""
    is_map = arguments == ",features_only"
    assert created(load_spec(f"timm:{name}{arguments}")) == (name.removesuffix("_ssld") if is_map else name)


@pytest.mark.parametrize("change", [{"num_blocks": [4, 3]}, {"num_channels": [18, 40]}, {"num_modules": 2}])
def test_any_other_network_is_written_by_the_name_of_the_first(change: dict[str, Any]) -> None:
    config = stage_dict("hrnet_w32")
    assert created(load_spec(config)) == "hrnet_w32"
    config["stage2"] |= change
    if "num_channels" in change:
        for key in ("stage3", "stage4"):
            config[key]["num_channels"][:2] = change["num_channels"]
    assert created(load_spec(config)) == "hrnet_w18"
    assert created(replace(load_spec("timm:hrnet_w32"), stem_widths=(32, 64))) == "hrnet_w18"


def stage_dict(name: str = "hrnet_w18_small") -> dict[str, Any]:
    """timm's own dict of a variant, without what stands beside it."""
    config = deepcopy(VARIANTS[name])
    return {key: config[key] for key in ("stem_width", *STAGES)}


def test_the_stage_dict_is_the_variant() -> None:
    assert load_spec(stage_dict()).stages == load_spec("timm:hrnet_w18_small").stages
    assert load_spec(stage_dict()).head == load_spec("timm:hrnet_w18_small").head
    narrow = load_spec({**stage_dict(), "stem_width": 32})
    assert narrow.stem_widths == (32, 64)
    assert build(narrow).state_dict()["conv2.weight"].shape == (64, 32, 3, 3)


@given(data=st.data())
def test_no_value_makes_it_fail(data: st.DataObject) -> None:
    """Whatever stands where: a spec, or an error of ours."""
    config: dict[str, Any] = {**json.loads(DUMP), **stage_dict(), "features_only": True, "feature_location": ""}
    for _ in range(data.draw(st.integers(1, 3))):
        *parents, last = data.draw(st.sampled_from(places(config)))
        owner: Any = config
        for key in parents:
            owner = owner[key]
        owner[last] = data.draw(garbage)
    caught(HrnetError, load_spec, config)


DUMP = """{
  "architecture": "hrnet_w18_ssld",
  "num_classes": 1000,
  "num_features": 2048,
  "global_pool": "avg",
  "model_args": {"in_chans": 1},
  "pretrained_cfg": {
    "tag": "paddle_in1k", "custom_load": false, "input_size": [3, 288, 288], "fixed_input_size": false,
    "interpolation": "bilinear", "crop_pct": 0.95, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225],
    "num_classes": 1000, "pool_size": [7, 7], "first_conv": "conv1", "classifier": "classifier", "license": "mit"
  }
}"""


def test_a_dump_of_a_model() -> None:
    spec = parse_spec(DUMP, "config.json")
    assert (spec.name, spec.notes, spec.input_shape) == ("hrnet_w18_ssld", (), (1, 1, 288, 288))
    assert spec.stages == load_spec("timm:hrnet_w18_ssld").stages
    assert isinstance(spec.head, ClassificationHead) and not spec.head.head_conv_bias


def test_what_timm_takes_and_does_not_do() -> None:
    config = stage_dict()
    config["stage1"] |= {"num_branches": 3, "fuse_method": "CAT"}
    config["stage2"] |= {"num_blocks": [0, 2]}
    config |= {"stage5": config["stage4"], "global_pool": "max"}
    spec = load_spec(config)
    assert spec.stages[1].num_blocks == (1, 2)
    assert len(spec.stages) == 4
    assert [note.partition(" ")[0].rstrip(":") for note in spec.notes] == [
        "stage1.fuse_method",
        "stage1.num_branches",
        "stage5",
        "global_pool",
        "stage2.num_blocks[0]",
    ]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"stage2": {"num_blocks": [2, 2, 2]}}, "stage2.num_blocks"),
        ({"stage3": {"block_type": "BASICS"}}, "stage3.block_type"),
        ({"stage3": {"num_chanels": [1]}}, "stage3.num_chanels"),
        ({"stem_width": "wide"}, "stem_width"),
        ({"stem_widht": 3}, "stem_widht"),
        ({"num_classes": 0}, "num_classes"),
        ({"in_chans": 0}, "in_chans"),
        ({"input_size": "small"}, "input_size"),
        ({"features_only": True, "feature_location": "stem"}, "feature_location"),
        ({"features_only": True, "feature_location": [1]}, "feature_location"),
    ],
)
def test_a_problem_is_reported_where_it_stands(change: dict[str, Any], path: str) -> None:
    config = stage_dict()
    for key, value in change.items():
        config[key] = {**config[key], **value} if isinstance(value, dict) else value
    text = json.dumps(config, indent=1)
    error = caught(SpecError, parse_spec, text, "net.json")
    assert path in [problem.dotted for problem in error.diagnostics]
    problem = next(problem for problem in error.diagnostics if problem.dotted == path)
    assert path.rpartition(".")[2] in text.splitlines()[problem.location.line - 1]


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"num_clases": 10}, "did you mean num_classes?"),
        ({"xyz": 1}, "known: in_chans, num_classes, global_pool"),
        ({"stage3": {"block_typ": "BASIC"}}, "did you mean block_type?"),
        ({"stage3": {"num_blocs": [1]}}, "remove it: num_blocks is present too"),
    ],
)
def test_an_unknown_key_is_held_against_timms_own(change: dict[str, Any], remedy: str) -> None:
    config = stage_dict()
    for key, value in change.items():
        config[key] = {**config[key], **value} if isinstance(value, dict) else value
    if "block_typ" in config["stage3"]:
        del config["stage3"]["block_type"]
    (problem,) = caught(SpecError, parse_spec, json.dumps(config), "net.json").diagnostics
    assert problem.code == "unknown-key" and problem.remedy.startswith(remedy)


def test_a_missing_key_is_said_in_timms_words() -> None:
    config = stage_dict()
    del config["stage3"]["block_type"]
    (problem,) = caught(SpecError, parse_spec, json.dumps(config), "net.json").diagnostics
    assert problem.message == "block_type is missing" and problem.remedy.startswith("add block_type: residual block: ")


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"architecture": "hrnet_w19", "num_features": 2048}, "timm has no HRNet 'hrnet_w19'"),
        ({"architecture": "resnet50", "num_features": 2048}, "timm's 'resnet50'"),
        ({"architecture": "TopDownHRNet"}, ""),
    ],
)
def test_another_architecture(config: dict[str, Any], says: str) -> None:
    assert says in str(caught(SpecError, load_spec, config))


def messages(error: SpecError) -> list[tuple[str, str]]:
    return [(problem.code, problem.dotted) for problem in error.diagnostics]


@pytest.mark.parametrize("channels", ["3", 0, -1, 1.5, True, None])
def test_channels_that_are_no_number_are_one_problem(channels: Any) -> None:
    """The input has no channels of its own then, and is no second problem."""
    error = caught(SpecError, load_spec, {**stage_dict(), "in_chans": channels})
    assert [dotted for _, dotted in messages(error)] == ["in_chans"]


def test_the_channels_and_the_size_of_the_input() -> None:
    assert load_spec(stage_dict()).input_shape == (1, 3, 224, 224)
    assert load_spec({**stage_dict(), "in_chans": 1}).input_shape == (1, 1, 224, 224)
    assert load_spec({**stage_dict(), "input_size": [3, 64, 96]}).input_shape == (1, 3, 64, 96)
    both = load_spec({**stage_dict(), "in_chans": 4, "input_size": [3, 64, 96]})
    assert (both.in_channels, both.input_shape) == (4, (1, 4, 64, 96))


@pytest.mark.parametrize("size", [[3, 224], [3, 224, 0], [1, 3, 224, 224], [3, 224, "a"], [3, 1_000_001, 9], 224])
def test_a_size_that_is_none(size: Any) -> None:
    error = caught(SpecError, load_spec, {**stage_dict(), "input_size": size})
    assert messages(error) == [("bad-input", "input_size")]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, False),
        ({"out_indices": [0, 1, 2, 3, 4]}, False),
        ({"out_indices": [1, 2, 3, 4]}, True),
        ({"out_indices": [0, 1, 2, 3]}, True),
        ({"out_indices": [1, 1, 2, 3, 4]}, True),
    ],
)
def test_the_maps_of_features_only(more: dict[str, Any], said: bool) -> None:
    """timm has five: the stem's, at half the resolution, and the four branches'."""
    spec = load_spec({**stage_dict(), "features_only": True, **more})
    assert spec.head == FeaturesHead("incre")
    assert spec.notes == (("out_indices is left out: every map is an output",) if said else ())
    assert len(trace(spec, "64x64").calls[0].outputs) == 5


@pytest.mark.parametrize(
    ("location", "head"),
    [("incre", FeaturesHead("incre")), ("", FeaturesHead("branches"))],
)
def test_where_features_only_takes_its_maps(location: str, head: FeaturesHead) -> None:
    spec = load_spec({**stage_dict(), "features_only": True, "feature_location": location})
    assert spec.head == head
    written = yaml.safe_load(write_spec(spec, "timm").text)
    assert (written["features_only"], written["feature_location"]) == (True, location)


@pytest.mark.parametrize("value", [False, None, "true", 1])
def test_features_only_is_true_or_nothing(value: Any) -> None:
    assert load_spec({**stage_dict(), "features_only": value}).head.type == "classification"


def test_a_backbone_is_written_with_the_maps_of_its_branches() -> None:
    """Of the network without a head, and of one whose head timm does not have."""
    for name in ("w32", "timm-w32"):
        spec = replace(load_spec(name), head=NoHead()) if name == "timm-w32" else load_spec(name)
        written = yaml.safe_load(write_spec(spec, "timm").text)
        assert (written["features_only"], written["feature_location"]) == (True, "")


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_misspelt_stage_is_one_problem(number: int) -> None:
    config = {key.replace(f"stage{number}", f"stge{number}"): value for key, value in stage_dict().items()}
    error = caught(SpecError, load_spec, config)
    assert ("unknown-key", f"stge{number}") in messages(error)
    assert ("missing-key", f"stage{number}") not in messages(error)
    assert all(problem.remedy == f"did you mean stage{number}?" for problem in error.diagnostics)


@pytest.mark.parametrize(
    ("more", "notes"),
    [
        ({"global_pool": "avg"}, ()),
        ({"global_pool": "max"}, ("global_pool: 'max' is read as avg",)),
        ({"drop_rate": 0.2, "head_conv_bias": True}, ()),
        ({"crop_pct": 0.9, "url": "x", "num_features": 2048}, ()),
    ],
)
def test_arguments_and_what_a_dump_says_of_weights(more: dict[str, Any], notes: tuple[str, ...]) -> None:
    spec = load_spec({**stage_dict(), **more})
    assert spec.notes == notes and spec.head == ClassificationHead(1000, True, "adaptive", True)


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({"architecture": "hrnet_w18"}, True),
        ({"architecture": "resnet50", "crop_pct": 0.9}, True),
        ({"architecture": "resnet50"}, False),
        ({"architecture": 3, "crop_pct": 0.9}, False),
        ({"stage1": {"block_type": "BASIC"}}, True),
        ({"stage1": {"block": "BASIC"}}, False),
        ({"stage1": ["block_type"]}, False),
    ],
)
def test_what_is_a_config_of_timms(config: dict[str, Any], found: bool) -> None:
    assert FOREIGN["timm"].detect(config) is found


def test_the_order_of_a_dumps_parts() -> None:
    """What a model was made with goes before what is said at the top, and that before the weights' config."""
    parts = {"pretrained_cfg": {"num_classes": 2}, "num_classes": 3, "model_args": {"num_classes": 4}}
    dump: dict[str, Any] = {"architecture": "hrnet_w18_small"}

    def classes(*names: str) -> int:
        head = load_spec({**dump, "hf_hub_id": "x", **{name: parts[name] for name in names}}).head
        assert isinstance(head, ClassificationHead)
        return head.num_classes

    assert classes("pretrained_cfg") == 2
    assert classes("pretrained_cfg", "num_classes") == classes("num_classes", "pretrained_cfg") == 3
    assert classes("num_classes", "model_args", "pretrained_cfg") == 4


def test_arguments_of_a_name() -> None:
    spec = load_spec("timm:hrnet_w18_small?num_classes=10&in_chans=1")
    assert isinstance(spec.head, ClassificationHead)
    assert (spec.head.num_classes, spec.in_channels) == (10, 1)
    assert load_spec("timm:hrnet_w18_small,head_conv_bias=FALSE").head == ClassificationHead(
        1000, False, "adaptive", True
    )
    assert load_spec("timm:hrnet_w18_small.ms_in1k").head == ClassificationHead(1000, True, "adaptive", True)


def test_what_is_written_where_it_is_not_timms_default() -> None:
    def written(name: str) -> dict[str, Any]:
        plain: dict[str, Any] = yaml.safe_load(write_spec(load_spec(name), "timm").text)
        return plain

    plain, other = written("timm:hrnet_w18"), written("timm:hrnet_w18_ssld,in_chans=1,num_classes=10")
    assert "in_chans" not in plain and "head_conv_bias" not in plain and plain["num_classes"] == 1000
    assert (other["in_chans"], other["head_conv_bias"], other["num_classes"]) == (1, False, 10)
    assert (plain["stem_width"], plain["pretrained_cfg_overlay"]) == (64, {"input_size": [3, 224, 224]})


@pytest.mark.parametrize(
    ("head", "notes"),
    [
        (ClassificationHead(global_pool="adaptive", dropout=True), False),
        (ClassificationHead(global_pool="avg", dropout=True), True),
        (ClassificationHead(global_pool="adaptive", dropout=False), True),
    ],
)
def test_other_layers_of_the_same_function_are_noted(head: ClassificationHead, notes: bool) -> None:
    spec = replace(load_spec("timm:hrnet_w18"), head=head)
    assert any("timm pools with AdaptiveAvgPool2d" in note for note in write_spec(spec, "timm").notes) is notes


def test_maps_in_place_of_a_head_are_noted() -> None:
    def notes(name: str, **changes: Any) -> tuple[str, ...]:
        return write_spec(replace(load_spec(name), **changes), "timm").notes

    first = "the outputs of features_only are the first half of the stem and the branches"
    keeps = "the last stage keeps all branches in timm, and branch 0 alone in this network"
    assert notes("w32") == (f"the heatmap head is left out: {first}", keeps)
    assert notes("w32", multi_scale_output=True) == (f"the heatmap head is left out: {first}",)
    assert notes("timm-w18", head=NoHead()) == (first,)
    assert notes("timm-w18", head=FeaturesHead()) == ()


@pytest.mark.parametrize(
    ("head", "said"),
    [("", ""), ("incre", "fails in forward"), ("odd", "is not a head of timm's")],
)
def test_a_head_that_is_not_the_classification(head: str, said: str) -> None:
    """As timm 1.0.31 runs it: the branches are put out, and of `incre` no layer is called."""
    spec = load_spec({"architecture": "hrnet_w18", "head": head})
    assert (spec.head.type, spec.keeps_all_branches) == ("none", True)
    assert (said in " ".join(spec.notes)) if said else not spec.notes
    assert [shape[1] for shape in trace(spec).calls[0].outputs] == [18, 36, 72, 144]


def test_the_head_that_is_the_default() -> None:
    assert load_spec({"architecture": "hrnet_w18", "head": "classification"}) == load_spec("timm:hrnet_w18")


def test_features_have_no_head() -> None:
    """timm's class of the features passes one itself: TypeError."""
    error = caught(SpecError, load_spec, {"architecture": "hrnet_w18", "head": "incre", "features_only": True})
    assert [(each.code, each.dotted) for each in error.diagnostics] == [("unknown-key", "head")]
