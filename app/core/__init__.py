"""What every layer may use: errors, ids, the clock, paths, settings, the log, languages."""
