"""Every figure the product shows: one documented function each, used by dashboard, lists and exports."""
