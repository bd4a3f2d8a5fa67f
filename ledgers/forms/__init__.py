"""What a person types into the two ledgers."""
