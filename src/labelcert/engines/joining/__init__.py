"""Relabelings against a rival as pairs of flip sets, one of each class's machine."""
