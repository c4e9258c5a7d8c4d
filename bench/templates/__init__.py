"""The templates of `bench new-strategy`, and their writer."""
