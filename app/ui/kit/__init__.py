"""Building blocks that pages are made of: cards, pills, level badges, summaries."""
