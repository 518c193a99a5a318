"""Where the graph is kept: changesets, the commit log, the engine, validation, the archive."""
