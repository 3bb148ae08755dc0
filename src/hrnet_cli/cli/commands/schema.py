"""`hrnet-cli schema`."""

from typing import Annotated

import typer

from hrnet_cli.cli.options import OutputOption, ReportName
from hrnet_cli.cli.output import write_document


def schema(
    report: Annotated[
        ReportName | None, typer.Option(help="Print the schema of what this command writes as JSON.")
    ] = None,
    output: OutputOption = None,
) -> None:
    """Print the JSON Schema of a spec or of a report.

    Write `# yaml-language-server: $schema=./hrnet.schema.json` in the first line of a spec: the editor then completes
    its keys and marks its mistakes.

    Example: hrnet-cli schema -o hrnet.schema.json
    """
    if report is None:
        from hrnet_cli.schema.json_schema import schema_text
        from hrnet_cli.sources import preset_example

        text = schema_text(preset_example())
    else:
        from hrnet_cli.report.schemas import report_schema_text

        text = report_schema_text(report)
    write_document(text, output)
