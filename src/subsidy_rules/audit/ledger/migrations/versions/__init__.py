"""One file for each step from one layout of the ledger to the next."""
