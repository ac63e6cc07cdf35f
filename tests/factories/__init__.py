"""Builders of plainly fictional rows and documents."""
