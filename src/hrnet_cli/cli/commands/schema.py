"""`hrnet-cli schema`."""

from pathlib import Path

from hrnet_cli.cli.options import OutputOption
from hrnet_cli.cli.output import write_file, write_stdout


def schema(output: OutputOption = None) -> None:
    """Print the JSON Schema of a spec, for editors.

    Write `# yaml-language-server: $schema=./hrnet.schema.json` in the first line of a spec: the editor then completes
    its keys and marks its mistakes.

    Example: hrnet-cli schema -o hrnet.schema.json
    """
    from hrnet_cli.schema.json_schema import schema_text
    from hrnet_cli.sources import preset_example

    text = schema_text(preset_example())
    if output is None:
        write_stdout(text)
    else:
        write_file(Path(output), text)
