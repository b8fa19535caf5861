"""WeasyPrint's side of `psr_rivals`: told what to set line by line, it answers with seconds.

It runs in an environment that holds WeasyPrint and nothing of Waymark.
"""

import gc
import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

weasyprint: Any = importlib.import_module("weasyprint")
fonts: Any = importlib.import_module("weasyprint.text.fonts")


def main() -> None:
    """Read the style once, then set one page of HTML after another."""
    configuration = fonts.FontConfiguration()
    style = None
    print("{}", flush=True)  # ready
    for line in sys.stdin:
        said = json.loads(line)
        if style is None:
            style = weasyprint.CSS(filename=said["style"], font_config=configuration)
        source = Path(said["source"]).read_text("utf-8")
        gc.collect()
        began = time.perf_counter()
        made = weasyprint.HTML(string=source).write_pdf(
            stylesheets=[style], font_config=configuration, pdf_variant="pdf/ua-1"
        )
        seconds = time.perf_counter() - began
        Path(said["pdf"]).write_bytes(made)
        print(json.dumps({"seconds": seconds}), flush=True)


main()
