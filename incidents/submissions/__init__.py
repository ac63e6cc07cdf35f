"""What people who cannot read cases hand in, until a member accepts it."""
