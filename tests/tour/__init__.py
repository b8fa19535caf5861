"""The tour: the real windows, driven through the main job as a practitioner would."""
