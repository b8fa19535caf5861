"""typst's side of `psr_rivals`: told what to set line by line, it answers with seconds.

It runs in an environment that holds typst and nothing of Waymark.
"""

import gc
import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

typst: Any = importlib.import_module("typst")


def main() -> None:
    """Read the typeface once, then set one report after another."""
    fonts = None
    template = str(Path(__file__).with_suffix(".typ"))
    print("{}", flush=True)  # ready
    for line in sys.stdin:
        said = json.loads(line)
        if fonts is None:
            fonts = typst.Fonts(
                include_system_fonts=False,
                include_embedded_fonts=False,
                font_paths=[said["fonts"]],
            )
        source = Path(said["source"]).read_text("utf-8")
        gc.collect()
        began = time.perf_counter()
        made = typst.Compiler(
            template, font_paths=fonts, ignore_system_fonts=True, sys_inputs={"report": source}
        ).compile(format="pdf", pdf_standards=said["standards"])
        seconds = time.perf_counter() - began
        Path(said["pdf"]).write_bytes(made)
        print(json.dumps({"seconds": seconds}), flush=True)


main()
