"""Files that people attach to a row: what may be attached, how it is kept, who may read it."""
