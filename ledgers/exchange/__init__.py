"""The two ledgers of a branch as workbooks."""
