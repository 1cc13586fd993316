"""The documentation site, built by MkDocs, which calls `hook`.

What the pages show is run (`blocks`); what can be made is made (`pages`); the built site asks nothing of a network
(`offline`).
"""
