"""Getting an organisation's cases back when no member can open them: shares of its recovery key."""
