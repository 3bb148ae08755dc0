"""HR9: the comments that take findings back. What is wrong with one is found where they are applied."""

from hrnet_cli.check.rule import Rule

SUPPRESSED = (
    Rule(
        "HR901", "unused-ignore", "warning", "a comment that takes back what is not there", reports=("unused-ignore",)
    ),
    Rule("HR902", "bad-ignore", "warning", "a comment that names no rule, or gives no reason", reports=("bad-ignore",)),
)
