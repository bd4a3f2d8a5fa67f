"""Excel workbooks: columns declared once drive template, preview and import. No domain word in here."""
