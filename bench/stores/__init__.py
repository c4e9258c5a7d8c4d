"""Object stores: filesystems, listings, credentials, and the requests made of them."""
