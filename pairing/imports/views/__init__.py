"""The pages of imports: files on their way in, and the imports that were made."""
