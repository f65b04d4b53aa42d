"""A one-time link: a page shows a button, pressing it uses the link, since programs open links ahead."""
