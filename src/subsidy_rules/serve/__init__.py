"""The ways in from outside: the command `subsidy-rules`."""
