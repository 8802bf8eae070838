"""The grown shape as plain processes: PostgreSQL, Redis, two web servers, a watcher and a proxy."""
