"""The answers of the semantics' own table and what rules between awards do, on small packs that say the same."""
