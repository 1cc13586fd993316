"""`python -m subsidy_rules`: the command, where its console script is not on the path."""

from subsidy_rules.serve.cli import main

if __name__ == "__main__":
    main()
