"""Read what people type: which service item, kind of help and audience it speaks of. No Django."""
