"""The pages as an installed app: manifest, icons, and a service worker that knows one page and no data."""
