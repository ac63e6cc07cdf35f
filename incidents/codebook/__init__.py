"""The vocabularies: closed lists as versioned data, their labels, parents and mappings."""
