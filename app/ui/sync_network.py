"""What the system knows of the network: whether there is one, and whether it is paid by volume."""

from __future__ import annotations

from PySide6.QtNetwork import QNetworkInformation


class Network:
    """Asks the system, where it tells; where it doesn't, there may well be a network."""

    def __init__(self) -> None:
        features = QNetworkInformation.Feature
        for feature in (features.Metered, features.Reachability):
            if QNetworkInformation.instance() is None:
                QNetworkInformation.loadBackendByFeatures(feature)

    def metered(self) -> bool:
        """Whether the connection is known to be paid by volume."""
        told = QNetworkInformation.instance()
        return (
            told is not None
            and told.supports(QNetworkInformation.Feature.Metered)
            and told.isMetered()
        )

    def missing(self) -> bool:
        """Whether there is known to be no network at all."""
        told = QNetworkInformation.instance()
        return (
            told is not None
            and told.supports(QNetworkInformation.Feature.Reachability)
            and told.reachability() == QNetworkInformation.Reachability.Disconnected
        )
