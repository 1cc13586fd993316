"""What people read: tables for a terminal and Markdown, made from an `Entitlement` and nothing else."""
