"""`hrnet-cli schema`."""

from pathlib import Path

from hrnet_cli.cli.options import OutputOption
from hrnet_cli.cli.output import say, write


def schema(output: OutputOption = None) -> None:
    """Print the JSON Schema of the spec, for editors.

    With `# yaml-language-server: $schema=./hrnet.schema.json` on its first line, a spec is completed and its mistakes
    are marked while it is written.

    Example: hrnet-cli schema -o hrnet.schema.json
    """
    from hrnet_cli.spec.json_schema import schema_text

    if output is None:
        say(schema_text())
    else:
        write(Path(output), schema_text())
