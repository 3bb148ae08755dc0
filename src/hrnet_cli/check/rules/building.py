"""HR0: what cannot be read, or cannot be built. These are the problems that loading a spec reports."""

from hrnet_cli.check.rule import Rule

BUILDING = (
    Rule("HR001", "unreadable", "error", "a file that cannot be read as text", reports=("unreadable",)),
    Rule(
        "HR002",
        "syntax",
        "error",
        "a text that is no YAML, no JSON and no config, or holds more than plain values",
        reports=("syntax", "empty", "too-deep", "unknown-tag"),
    ),
    Rule("HR003", "duplicate-key", "error", "a key that stands twice", reports=("duplicate-key",)),
    Rule("HR004", "unknown-key", "error", "a key that no spec has", reports=("unknown-key",)),
    Rule("HR005", "missing-key", "error", "a key that is needed and not there", reports=("missing-key",)),
    Rule("HR006", "wrong-type", "error", "a value of another kind than its key's", reports=("wrong-type",)),
    Rule(
        "HR007",
        "out-of-range",
        "error",
        "a number, a list or a whole spec that is too small or too large",
        reports=("too-small", "too-large", "too-short", "too-long", "too-many-stages", "out-of-range"),
    ),
    Rule("HR008", "unknown-choice", "error", "a word that is none of those allowed", reports=("unknown-choice",)),
    Rule("HR009", "wrong-length", "error", "a list that has not one entry per branch", reports=("wrong-length",)),
    Rule("HR010", "falling-branches", "error", "fewer branches than the stage before", reports=("falling-branches",)),
    Rule("HR011", "first-stage", "error", "a first stage of several modules or branches", reports=("first-stage",)),
    Rule(
        "HR012",
        "bad-value",
        "error",
        "a value that is not written as its key wants it, or means nothing beside another",
        reports=("bad-text", "bad-input", "bad-figure", "bad-amount", "bad-kernel", "no-effect"),
    ),
    Rule(
        "HR013",
        "wrong-channels",
        "error",
        "channels that are not those of what they are joined to",
        reports=("wrong-channels",),
    ),
    Rule(
        "HR014", "head-branches", "error", "a head that reads branches which are not there", reports=("head-branches",)
    ),
    Rule("HR015", "not-hrnet", "error", "a config of another network", reports=("not-hrnet",)),
    Rule(
        "HR016",
        "unreadable-code",
        "error",
        "a value of a Python config that only running it would give",
        reports=("unreadable-code",),
    ),
    Rule(
        "HR017",
        "unknown-layer",
        "error",
        "a convolution or a norm that is not HRNet's",
        reports=("not-batch-norm", "not-plain-conv"),
    ),
    Rule(
        "HR018",
        "missing-base",
        "error",
        "a config that is based on a file which cannot be followed",
        reports=("missing-base", "bad-base", "base-cycle", "no-folder", "other-package", "too-many-bases"),
    ),
)
