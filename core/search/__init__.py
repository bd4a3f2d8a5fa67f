"""Finding rows by Chinese words, by any two characters, and by pinyin, full or initials."""
