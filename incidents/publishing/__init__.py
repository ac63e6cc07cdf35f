"""The public page: what two people agreed to show everybody, read without any key."""
