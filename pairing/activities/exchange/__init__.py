"""活动台账 in and out: columns, what a row must be true of, and the import itself."""
