"""What practitioners do with a casebook; no rule here needs a screen."""
