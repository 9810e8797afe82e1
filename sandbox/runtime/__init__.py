"""What the mended engine imports while it runs: several apps, SQLite, a cache and jobs without servers."""
