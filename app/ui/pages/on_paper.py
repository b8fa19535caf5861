"""Pages of a PDF on paper: which printer, and painting them page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMarginsF, QSize, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPainter

if TYPE_CHECKING:
    from PySide6.QtPdf import QPdfDocument
    from PySide6.QtWidgets import QWidget

PRINT_DPI = 300


def choose_printer(window: QWidget, name: str, then: Callable[[Any], object]) -> None:
    """Ask for a printer; `then` is called with it once it was chosen.

    Args:
        name: What the printer's own list of jobs calls it: nothing of a child.
    """
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)
    printer.setDocName(name)
    dialog = QPrintDialog(printer, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.accepted.connect(lambda: then(printer))
    dialog.open()


def paint(document: QPdfDocument, printer: Any) -> None:
    """Put every page of a document on paper."""
    painter = QPainter(printer)
    for page in range(document.pageCount()):
        if page:
            printer.newPage()
        size = document.pagePointSize(page) * (PRINT_DPI / 72)
        image = document.render(page, QSize(int(size.width()), int(size.height())))
        painter.drawImage(painter.viewport(), image)
    painter.end()
