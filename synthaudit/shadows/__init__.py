"""Attacks that fit the vendor's generator again."""
