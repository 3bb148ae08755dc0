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
    from hrnet_cli.schema.json_schema import schema_text
    from hrnet_cli.sources import preset_example

    text = schema_text(preset_example())

    if output is None:
        say(text)
    else:
        write(Path(output), text)
