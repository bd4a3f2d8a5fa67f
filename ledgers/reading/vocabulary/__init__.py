"""Words that tell kinds of help and audiences, with those that look like it and are not. Data, not code."""
