"""What leaves an organisation: the consent gate, the register, the writers."""
