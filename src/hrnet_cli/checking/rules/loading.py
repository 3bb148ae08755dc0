"""HR0 and HR9: what is wrong with the file itself. It is reported while the file is read, so no rule looks for it."""

from hrnet_cli.checking.rule import Rule

LOADING = (
    Rule("HR001", "unreadable", "error", "a file that cannot be read as text", ("unreadable",)),
    Rule(
        "HR002",
        "syntax",
        "error",
        "a text that is not YAML, JSON or a Python config, or that holds more than plain values",
        ("syntax", "empty", "too-deep", "unknown-tag"),
    ),
    Rule("HR003", "duplicate-key", "error", "a key that appears twice", ("duplicate-key",)),
    Rule("HR004", "unknown-key", "error", "a key that no spec has", ("unknown-key",)),
    Rule("HR005", "missing-key", "error", "a required key that is missing", ("missing-key",)),
    Rule("HR006", "wrong-type", "error", "a value of the wrong type", ("wrong-type",)),
    Rule(
        "HR007",
        "out-of-range",
        "error",
        "a number, a list or a whole spec that is too small or too large",
        ("too-small", "too-large", "too-short", "too-long", "too-many-stages", "out-of-range"),
    ),
    Rule("HR008", "unknown-choice", "error", "a word that is not one of the allowed ones", ("unknown-choice",)),
    Rule("HR009", "wrong-length", "error", "a list that does not have one entry per branch", ("wrong-length",)),
    Rule("HR010", "falling-branches", "error", "fewer branches than the stage before", ("falling-branches",)),
    Rule("HR011", "first-stage", "error", "a first stage with several modules or branches", ("first-stage",)),
    Rule(
        "HR012",
        "bad-value",
        "error",
        "a value that is not in the form of its key, or has no effect next to another",
        ("bad-text", "bad-input", "bad-figure", "bad-amount", "bad-kernel", "no-effect"),
    ),
    Rule(
        "HR013",
        "wrong-channels",
        "error",
        "channels that differ from those of the part that they connect to",
        ("wrong-channels",),
    ),
    Rule("HR014", "head-branches", "error", "a head that reads branches that do not exist", ("head-branches",)),
    Rule("HR015", "not-hrnet", "error", "a config of another network", ("not-hrnet",)),
    Rule(
        "HR016",
        "unreadable-code",
        "error",
        "a value of a Python config that is known only by running it",
        ("unreadable-code",),
    ),
    Rule(
        "HR017",
        "unknown-layer",
        "error",
        "a convolution or a norm that HRNet does not have",
        ("not-batch-norm", "not-plain-conv"),
    ),
    Rule(
        "HR018",
        "missing-base",
        "error",
        "a config that is based on a file that cannot be read",
        ("missing-base", "bad-base", "base-cycle", "no-folder", "other-package", "too-many-bases"),
    ),
    Rule("HR019", "internal-error", "error", "a fault of hrnet-cli itself, in one file", ("internal-error",)),
    Rule("HR901", "unused-ignore", "warning", "a comment that suppresses nothing", ("unused-ignore",)),
    Rule("HR902", "bad-ignore", "warning", "a comment that names no rule or gives no reason", ("bad-ignore",)),
)
