"""What `bench new-strategy` writes."""
