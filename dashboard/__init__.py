"""The site: settings, addresses and servers; it composes the product and holds no rule of it."""
